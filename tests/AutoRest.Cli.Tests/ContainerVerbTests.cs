using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Tests;

/// <summary>
/// <c>autorest --docker</c> on a real database. No engine is needed: a program in Docker's place runs what is to be run in a container here, with the
/// native stack's ports for the containers'.
/// </summary>
[Collection("processes")]
public sealed class ContainerVerbTests(ContainerVerbTests.Running running) : IClassFixture<ContainerVerbTests.Running>
{
    const string Docker = """
        #!/bin/bash
        echo "$*" >>"$RECORD"
        case "$*" in
        *"$FAILS"*)
            [ -z "$CUTS" ] || for other in $(pgrep -P "$PPID"); do [ "$other" = $$ ] || pkill -P "$other"; done
            [ -z "$HANGS" ] || exec sleep 60
            [ -z "$FAILS" ] || { echo "$FAILS does not work today" >&2; exit 1; } ;;
        esac
        case "$1 $2" in
        "compose exec") ;;
        "compose port") echo "$SERVER"; exit ;;
        "compose --profile") cat "$CONTAINERS"; exit ;;
        *) exit 64 ;;
        esac
        shift 2
        while :; do
            case "$1" in
            -T) shift ;;
            -e)
                case "$2" in
                PGHOST=*) export PGHOST=127.0.0.1 ;;
                PGPORT=5432) export PGPORT="$POSTGRES" ;;
                PGPORT=6432) export PGPORT="$POOLER" ;;
                *) export "${2?}" ;;
                esac
                shift 2 ;;
            *) break ;;
            esac
        done
        [ "$1" = postgres ] || exit 65
        shift
        words=()
        for word; do
            case "$word" in
            5432) word=$POSTGRES ;;
            6432) word=$POOLER ;;
            pgbouncer) word=127.0.0.1 ;;
            esac
            words+=("$word")
        done
        exec "${words[@]}"
        """;

    const string AllHealthy = """
        {"Name":"autorest-postgres-1","Service":"postgres","Image":"pgvector","State":"running","Health":"healthy","Status":"Up 2 minutes (healthy)","Publishers":[]}
        {"Name":"autorest-pgbouncer-1","Service":"pgbouncer","Image":"pgbouncer","State":"running","Health":"healthy","Status":"Up 2 minutes (healthy)","Publishers":[]}
        {"Name":"autorest-server-1","Service":"server","Image":"server","State":"running","Health":"healthy","Status":"Up 2 minutes (healthy)","Publishers":[{"URL":"127.0.0.1","TargetPort":3000,"PublishedPort":3000,"Protocol":"tcp"}]}
        {"Name":"autorest-proxy-1","Service":"proxy","Image":"proxy","State":"running","Health":"healthy","Status":"Up 2 minutes (healthy)","Publishers":[]}

        """;

    readonly Tool _tool = running.Tool;

    /// <summary>One native stack for all of them; every test begins with the rows of <c>postgres/init</c>.</summary>
    public sealed class Running : IAsyncLifetime
    {
        internal Tool Tool { get; } = new();

        public async ValueTask InitializeAsync()
        {
            Assert.SkipWhen(OperatingSystem.IsWindows(), "the program in Docker's place is a shell script");
            await Tool.Succeed("up", "--detach");
            var status = await Tool.Status();
            var programs = Path.GetDirectoryName(PostgresPrograms.Find("pg_dump", PostgresCluster.ExistingVersion(new DataFolder(Tool.Data))));
            Tool.Temp.Write("bin/docker", Docker, executable: true);
            Tool.Variables["PATH"] = $"{Tool.Temp.In("bin")}:{programs}:{Environment.GetEnvironmentVariable("PATH")}";
            Tool.Variables["RECORD"] = Tool.Temp.In("record");
            Tool.Variables["FAILS"] = Tool.Variables["CUTS"] = Tool.Variables["HANGS"] = "";
            Tool.Variables["CONTAINERS"] = Tool.Temp.Write("containers", AllHealthy);
            Tool.Variables["POSTGRES"] = new Uri(status.GetProperty("databaseUrl").GetString()!).Port.ToString(CultureInfo.InvariantCulture);
            Tool.Variables["POOLER"] = status.GetProperty("poolerUrl").GetString() is { } pooler ? new Uri(pooler).Port.ToString(CultureInfo.InvariantCulture) : "1";
            Tool.Variables["SERVER"] = new Uri(status.GetProperty("serverUrl").GetString()!).Authority;
            // None of it reaches containers.
            Tool.Variables["PGRST_DB_URI"] = "postgresql://nobody@127.0.0.1:1/nothing";
            Tool.Variables["PGRST_DB_SCHEMAS"] = "nothing";
            Tool.Variables["PGRST_DB_ANON_ROLE"] = "nobody";
        }

        public ValueTask DisposeAsync() => Tool.DisposeAsync();
    }

    bool HasPooler => _tool.Variables["POOLER"] != "1";

    async Task<object?> Scalar(string sql)
    {
        await using var connection = await _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword, _tool.Variables["POSTGRES"]);
        return await Tool.Scalar(connection, sql);
    }

    Task<object?> Databases() => Scalar("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE 'autorest%'");

    string Folder() => Directory.CreateDirectory(_tool.Temp.In("backups", Guid.NewGuid().ToString("n"))).FullName;

    async Task Fresh() => await _tool.Succeed("--docker", "reset", "--yes", "--no-backup");

    async Task<string> Backup(string folder)
    {
        using var made = JsonDocument.Parse(await _tool.Succeed("--docker", "backup", "--json", "--folder", folder));
        return made.RootElement[0].GetProperty("file").GetString()!;
    }

    /// <summary>What Docker was asked for while that ran.</summary>
    async Task<string> Recorded(Func<Task> work)
    {
        File.Delete(_tool.Variables["RECORD"]!);
        await work();
        return await File.ReadAllTextAsync(_tool.Variables["RECORD"]!);
    }

    [Fact]
    public async Task Restore_happens_beside_the_database_and_takes_its_place()
    {
        await Fresh();
        var file = await Backup(Folder());
        Assert.True(File.Exists(file + ".sha256"));
        var rights = await Scalar("SELECT datacl::text FROM pg_database WHERE datname = 'autorest'");
        await Scalar("DROP TABLE api.todos CASCADE");
        var said = "";

        var asked = await Recorded(async () => said = await _tool.Succeed("--docker", "restore", file, "--yes"));

        Assert.Equal(4L, await Scalar("SELECT count(*) FROM api.todos"));
        Assert.Equal(4L, await Scalar("SELECT count(*) FROM pg_policies WHERE tablename = 'todos'"));
        Assert.Equal(rights, await Scalar("SELECT datacl::text FROM pg_database WHERE datname = 'autorest'"));
        Assert.Contains("postgres@postgres:5432/autorest is now ", said, StringComparison.Ordinal);
        // The container's own programs, and the pooler holds requests meanwhile.
        Assert.Matches(@"exec -T -e PGHOST=127\.0\.0\.1 .* postgres bash -c .* pg_restore --exit-on-error", asked);
        Assert.True(!HasPooler || asked.Split("tunnel pgbouncer 6432").Length > 2, asked);

        // No secret where everybody could read it.
        Assert.All(Secrets.Names, name => Assert.DoesNotContain(File.ReadAllText(Path.Combine(_tool.SecretsFolder, name)), asked, StringComparison.Ordinal));
        var drop = Regex.Match(said, "autorest --docker (psql) (-d) (postgres) (-c) '(DROP DATABASE \"autorest_before_[^\"]+\")'");
        Assert.True(drop.Success, said);
        await Scalar(drop.Groups[5].Value);
        Assert.Equal("autorest", await Databases());
    }

    [Theory]
    [InlineData("flipped", false, "is damaged: it is not what its checksum says")]
    [InlineData("garbage", true, "is no backup that pg_restore can read")]
    [InlineData("truncated", true, "could not be restored. Nothing was changed")]
    public async Task Bad_file_is_refused_and_nothing_is_lost(string damage, bool acceptWithoutChecksum, string reason)
    {
        await Fresh();
        var file = await Backup(Folder());
        var content = await File.ReadAllBytesAsync(file);
        content[^100] ^= 1;
        // The list at its beginning is whole, the rows at its end are not.
        await File.WriteAllBytesAsync(file, damage switch { "flipped" => content, "truncated" => content[..^40], _ => "no dump"u8.ToArray() });
        if (acceptWithoutChecksum)
        {
            File.Delete(file + ".sha256");
        }

        await Scalar("UPDATE api.todos SET task = 'after the backup'");
        var before = await Databases();

        var said = await _tool.Run(["--docker", "restore", file, "--yes", .. acceptWithoutChecksum ? (string[])["--no-checksum"] : []]);

        Assert.Equal(1, said.ExitCode);
        Assert.Contains(reason, said.Sentence, StringComparison.Ordinal);
        Assert.Equal(before, await Databases());
        Assert.Equal(4L, await Scalar("SELECT count(*) FROM api.todos WHERE task = 'after the backup'"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("and the connections with it, as by Ctrl-C")]
    public async Task Restore_that_fails_in_the_container_loses_nothing(string cut)
    {
        await Fresh();
        var file = await Backup(Folder());
        var before = await Databases();
        (_tool.Variables["FAILS"], _tool.Variables["CUTS"]) = ("--exit-on-error", cut);
        try
        {
            var said = await _tool.Run("--docker", "restore", file, "--yes");

            Assert.Equal(1, said.ExitCode);
            Assert.Contains("Nothing was changed", said.Sentence, StringComparison.Ordinal);
            Assert.Contains("does not work today", said.Error, StringComparison.Ordinal);
        }
        finally
        {
            _tool.Variables["FAILS"] = _tool.Variables["CUTS"] = "";
        }

        Assert.Equal(before, await Databases());
        Assert.Equal(4L, await Scalar("SELECT count(*) FROM api.todos"));
    }

    [Fact]
    public async Task Restore_that_is_interrupted_loses_nothing()
    {
        await Fresh();
        var file = await Backup(Folder());
        var before = await Databases();
        File.Delete(_tool.Variables["RECORD"]!);
        (_tool.Variables["FAILS"], _tool.Variables["HANGS"]) = ("--exit-on-error", "yes");
        try
        {
            using var restore = _tool.Start("--docker", "restore", file, "--yes");
            for (var i = 0; !File.Exists(_tool.Variables["RECORD"]) || !(await File.ReadAllTextAsync(_tool.Variables["RECORD"]!)).Contains("--exit-on-error", StringComparison.Ordinal); i++)
            {
                Assert.True(i < 600 && !restore.HasExited, "it did not begin to restore");
                await Task.Delay(100);
            }

            Native.Signal(restore.Id, Native.Interrupt);
            var error = restore.StandardError.ReadToEndAsync();
            await restore.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

            Assert.Equal((1, "autorest: Interrupted.\n"), (restore.ExitCode, await error));
        }
        finally
        {
            _tool.Variables["FAILS"] = _tool.Variables["HANGS"] = "";
        }

        Assert.Equal(before, await Databases());
    }

    [Fact]
    public async Task Backup_that_fails_in_the_container_leaves_nothing()
    {
        var folder = Folder();
        _tool.Variables["FAILS"] = "pg_restore --list";
        try
        {
            var said = await _tool.Run("--docker", "backup", "--folder", folder);

            Assert.Equal(1, said.ExitCode);
            Assert.Contains("does not work today", said.Error, StringComparison.Ordinal);
        }
        finally
        {
            _tool.Variables["FAILS"] = "";
        }

        Assert.Empty(Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData("restore", "The database postgres@postgres:5432/autorest is replaced by")]
    [InlineData("reset", "Everything in postgres@postgres:5432/autorest is deleted after a backup")]
    public async Task Nothing_is_asked_where_nobody_can_answer(string verb, string what)
    {
        var folder = Folder();
        await Backup(folder);

        var said = await _tool.Run("--docker", verb, "--folder", folder);

        Assert.Equal(1, said.ExitCode);
        Assert.StartsWith("autorest: " + what, said.Sentence, StringComparison.Ordinal);
        Assert.EndsWith("There is no terminal to ask in: say --yes if that is meant.", said.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_makes_the_database_anew_after_a_backup_that_brings_it_back()
    {
        await Fresh();
        await Scalar("CREATE TABLE api.mine (a int); INSERT INTO api.mine VALUES (7); DELETE FROM api.todos");
        // Made by the container's first start only.
        await Scalar("CREATE ROLE monitor LOGIN");
        var folder = Folder();
        var before = await Databases();
        try
        {
            await _tool.Succeed("--docker", "reset", "--yes", "--folder", folder);

            Assert.Equal(4L, await Scalar("SELECT count(*) FROM api.todos"));
            Assert.Equal(DBNull.Value, await Scalar("SELECT to_regclass('api.mine')::text"));
            Assert.Equal(true, await Scalar("SELECT has_database_privilege('monitor', 'autorest', 'CONNECT')"));
            Assert.Equal(before, await Databases());
            await _tool.Succeed("--docker", "restore", "--yes", "--drop-old", "--folder", folder);
            Assert.Equal(7, await Scalar("SELECT a FROM api.mine"));
            Assert.Equal(before, await Databases());
        }
        finally
        {
            await Scalar("DROP OWNED BY monitor; DROP ROLE monitor");
        }
    }

    [Theory]
    [InlineData("backup", "--base")]
    [InlineData("restore", "--to", "latest")]
    public async Task Log_that_the_containers_do_not_keep_is_not_promised(params string[] words)
    {
        var said = await _tool.Run(["--docker", .. words]);

        Assert.Equal(1, said.ExitCode);
        Assert.StartsWith("autorest: The containers keep no log", said.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_sees_database_pooler_and_secrets_and_exits_by_severity()
    {
        Assert.SkipUnless(HasPooler, "PgBouncer is not installed");
        await Fresh();
        var healthy = await _tool.Run("--docker", "doctor", "--json");
        await Scalar("CREATE TABLE api.open (a int); GRANT INSERT ON api.open TO web_user");
        try
        {
            var faulty = await _tool.Run("--docker", "doctor");

            var facts = JsonDocument.Parse(healthy.Output).RootElement.GetProperty("facts");
            Assert.True(healthy.ExitCode == 0, healthy.ToString());
            Assert.Equal("postgres@postgres:5432/autorest", facts.GetProperty("database").GetString());
            Assert.Equal("authenticator@pgbouncer:6432/autorest", facts.GetProperty("server's connection").GetString());
            Assert.Equal("api", facts.GetProperty("exposed schemas").GetString());
            Assert.Equal("api_anon", facts.GetProperty("anonymous role").GetString());
            Assert.Equal("transaction pooling", facts.GetProperty("pooler").GetString());
            Assert.Equal(3, faulty.ExitCode);
            Assert.Contains("✗ error api.open ", faulty.Output, StringComparison.Ordinal);
        }
        finally
        {
            await Scalar("DROP TABLE api.open");
        }
    }

    [Fact]
    public async Task Types_and_description_are_those_of_the_containers()
    {
        await Fresh();

        var types = await _tool.Succeed("--docker", "types");
        using var description = JsonDocument.Parse(await _tool.Succeed("--docker", "openapi", "--role", "web_user"));

        Assert.Equal(await _tool.Succeed("types", "--schema", "api", "--db-uri", $"postgresql://postgres:{_tool.Secrets.PostgresPassword}@127.0.0.1:{_tool.Variables["POSTGRES"]}/autorest"), types);
        Assert.True(description.RootElement.GetProperty("paths").TryGetProperty("/todos", out _));
    }

    [Theory]
    [InlineData("types")]
    [InlineData("doctor")]
    [InlineData("restore")]
    [InlineData("openapi")]
    public async Task Another_database_beside_the_containers_is_refused(string verb)
    {
        var said = await _tool.Run("--docker", verb, "--db-uri", "postgresql://postgres@127.0.0.1:1/autorest");

        Assert.Equal(1, said.ExitCode);
        Assert.EndsWith("leave out --db-uri or --docker.", said.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("\"Health\":\"healthy\",\"Status\":\"Up 2 minutes (healthy)\",\"Publishers\":[{", "\"Health\":\"unhealthy\",\"Status\":\"Up 2 minutes (unhealthy)\",\"Publishers\":[{", 3)]
    [InlineData("{\"Name\":\"autorest-proxy-1\"", "{\"Name\":\"autorest-proxy-2\"", 0)]
    [InlineData("\"Service\":\"proxy\"", "\"Service\":\"prometheus\"", 3)]
    public async Task Status_shows_containers_and_measures_and_exits_as_natively(string from, string to, int exitCode)
    {
        _tool.Temp.Write("containers", from.Length == 0 ? AllHealthy : AllHealthy.Replace(from, to, StringComparison.Ordinal));

        var said = await _tool.Run("--docker", "status", "--json");
        var people = await _tool.Run("--docker", "status");

        using var json = JsonDocument.Parse(said.Output);
        Assert.True(exitCode == said.ExitCode && exitCode == people.ExitCode, $"{said} {people}");
        Assert.Equal(exitCode == 0, json.RootElement.GetProperty("healthy").GetBoolean());
        Assert.Equal(4, json.RootElement.GetProperty("components").GetArrayLength());
        Assert.True(json.RootElement.GetProperty("database").GetProperty("sizeBytes").GetInt64() > 0);
        Assert.Equal(HasPooler, json.RootElement.GetProperty("pooler").ValueKind == JsonValueKind.Object);
        Assert.Contains("127.0.0.1:3000", people.Output, StringComparison.Ordinal);
        Assert.Contains("\ndatabase: PostgreSQL ", people.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_through_a_container_end_with_it_and_leave_none_behind()
    {
        await _tool.Succeed("--docker", "types");

        for (var i = 0; await Scalar("SELECT count(*) FROM pg_stat_activity WHERE usename = 'postgres' AND application_name = 'autorest' AND pid <> pg_backend_pid()") is not 0L; i++)
        {
            Assert.True(i < 50, "a connection of the tool is still there");
            await Task.Delay(100);
        }
    }
}
