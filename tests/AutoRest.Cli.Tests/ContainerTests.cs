using System.Diagnostics;
using System.Text.RegularExpressions;
using AutoRest.Cli.Commands;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Tests;

/// <summary>The container stack, as far as it can be seen without an engine: its description is valid and keeps our rules.</summary>
public sealed partial class ContainerTests : IDisposable
{
    readonly TempFolder _temp = new();

    static string Root => Project.Find().Root;

    public void Dispose() => _temp.Dispose();

    /// <summary>Every service with what applies to it, as Compose reads the file: name → lines.</summary>
    static async Task<Dictionary<string, string>> Services(params string[] profiles)
    {
        var program = Executables.Find("docker-compose");
        if (program is null && Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            Assert.Fail("docker-compose is not installed, and CI has to have it");
        }

        Assert.SkipWhen(program is null, "docker-compose is not installed");
        var run = await ProgramRun.Run(program!, ["-f", Path.Combine(Root, "docker-compose.yml"), .. profiles.SelectMany(profile => (string[])["--profile", profile]), "config"], new Dictionary<string, string?>(), CancellationToken.None);
        Assert.True(run.ExitCode == 0, string.Join('\n', run.Complaints));
        var services = SectionPattern().Match(run.Output).Groups[1].Value;
        return ServicePattern().Split(services).Skip(1).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    [GeneratedRegex(@"^services:\n((?:  .*\n)*)", RegexOptions.Multiline)]
    private static partial Regex SectionPattern();

    [GeneratedRegex(@"^  (\S[^:]*):\n", RegexOptions.Multiline)]
    private static partial Regex ServicePattern();

    [Theory]
    [InlineData("", "pgbouncer postgres proxy server")]
    [InlineData("replica", "postgres-replica")]
    [InlineData("monitoring", "postgres-exporter prometheus")]
    [InlineData("pgadmin", "pgadmin")]
    public async Task Each_profile_has_its_services(string profile, string names) =>
        Assert.Equal(names, string.Join(' ', (await Services("replica", "monitoring", "pgadmin"))
            .Where(service => profile == ProfilePattern().Match(service.Value).Groups[1].Value).Select(service => service.Key).Order(StringComparer.Ordinal)));

    [GeneratedRegex(@"^    profiles:\n\s+- (\S+)\n", RegexOptions.Multiline)]
    private static partial Regex ProfilePattern();

    [Fact]
    public async Task Every_service_is_pinned_limited_and_has_no_rights_it_does_not_need()
    {
        foreach (var (name, text) in await Services("replica", "monitoring", "pgadmin"))
        {
            Assert.True(Regex.IsMatch(text, @"^    image: \S+:v?\d+\.\d+\S*$", RegexOptions.Multiline), $"{name}: an image with its version");
            Assert.True(text.Contains("    cap_drop:\n    - ALL\n", StringComparison.Ordinal), $"{name}: cap_drop");
            Assert.True(text.Contains("no-new-privileges:true", StringComparison.Ordinal), $"{name}: no-new-privileges");
            Assert.True(name == "pgadmin" || text.Contains("    read_only: true\n", StringComparison.Ordinal), $"{name}: read_only");
            Assert.True(Regex.IsMatch(text, @"limits:\n\s+cpus: .*\n\s+memory: "), $"{name}: limits");
            Assert.True(text.Contains("    pids_limit: ", StringComparison.Ordinal), $"{name}: pids_limit");
            Assert.True(text.Contains("    networks:\n", StringComparison.Ordinal), $"{name}: networks");
            Assert.True(text.Contains("    healthcheck:\n", StringComparison.Ordinal) || text.Contains("    build:\n", StringComparison.Ordinal), $"{name}: a health check, here or in its Dockerfile");
            Assert.False(Regex.IsMatch(text, @"published: .*|^    - 0\.0\.0\.0|privileged: true|docker\.sock", RegexOptions.Multiline) && !text.Contains("127.0.0.1", StringComparison.Ordinal), $"{name}: published on loopback only");
            Assert.False(Regex.IsMatch(text, @"_PASSWORD: |PGPASSWORD|_SECRET: "), $"{name}: secrets are files");
        }
    }

    [Fact]
    public async Task Everything_that_is_mounted_is_there_and_every_secret_is_generated()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Root, "docker-compose.yml"));

        var mounts = Regex.Matches(text, @"^      - \./([^:]+):", RegexOptions.Multiline).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(mounts);
        Assert.All(mounts, path => Assert.True(Path.Exists(Path.Combine(Root, path)), path));
        Assert.Equal(Secrets.Names.Order(StringComparer.Ordinal), Regex.Matches(text, @"file: \./secrets/(\S+)").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        var setup = await File.ReadAllTextAsync(Path.Combine(Root, "setup.sh"));
        var generated = Regex.Match(setup, "for name in ([a-z_ ]+); do").Groups[1].Value.Split(' ').Select(name => name + "_password").Append("jwt_secret");
        Assert.Equal(Secrets.Names.Order(StringComparer.Ordinal), generated.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("src/AutoRest.Server/Dockerfile")]
    [InlineData("proxy/Dockerfile")]
    public async Task Dockerfile_keeps_our_rules(string path)
    {
        var lines = (await File.ReadAllLinesAsync(Path.Combine(Root, path))).Where(line => line.Length > 0 && line[0] != '#').ToList();

        Assert.All(lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)), line => Assert.Matches(@"^FROM \S+:\d+\.\d+\S*( AS \w+)?$", line));
        Assert.DoesNotContain(lines, line => line.StartsWith("ADD ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));
        // Unprivileged from the start, or by the start script, which says so.
        Assert.Contains(lines, line => line.StartsWith("USER ", StringComparison.Ordinal) || line.StartsWith("ENTRYPOINT [\"autorest-entrypoint\"", StringComparison.Ordinal));
        Assert.All(lines.Where(line => line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal)), line => Assert.Contains("[", line, StringComparison.Ordinal));
        Assert.True(lines.FindIndex(line => line.StartsWith("RUN dotnet restore", StringComparison.Ordinal)) is var restore and > 0 && lines.FindIndex(line => line.StartsWith("RUN dotnet publish", StringComparison.Ordinal)) > restore + 1);
        Assert.All(lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from=", StringComparison.Ordinal)),
            line => Assert.All(line.Split(' ')[1..^1].Where(word => !word.StartsWith("--", StringComparison.Ordinal) && !word.Contains('*', StringComparison.Ordinal)), word => Assert.True(Path.Exists(Path.Combine(Root, word)), word)));
    }

    public static TheoryData<string[], string> Verbs => new()
    {
        { ["up"], "compose up --detach --wait" },
        { ["up", "--detach", "--build"], "compose up --detach --wait --build" },
        { ["down"], "compose --profile replica --profile monitoring --profile pgadmin down" },
        { ["status"], "compose ps --all" },
        { ["status", "--json"], "compose ps --all --format json" },
        { ["logs"], "compose logs --tail 20" },
        { ["logs", "server", "-n", "5", "-f"], "compose logs server --tail 5 -f" },
        { ["psql", "-c", "SELECT 1"], "compose exec -T postgres psql -U postgres -d autorest -c SELECT 1" },
        { ["psql", "--role", "web_user"], "compose exec -T -e PGOPTIONS=-c role=web_user postgres psql -U postgres -d autorest" },
    };

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Verb_becomes_a_command_of_compose_and_its_exit_code_comes_back(string[] arguments, string recorded)
    {
        var said = await Docker("echo \"$@\" >>\"$RECORD\"; exit 7", arguments);

        Assert.Equal((7, recorded), (said.ExitCode, (await File.ReadAllTextAsync(_temp.In("record"))).Trim()));
    }

    [Fact]
    public async Task Backup_of_the_container_is_verified_there_and_kept_here()
    {
        var said = await Docker("echo \"$@\" >>\"$RECORD\"; case \"$*\" in *pg_dump*) printf rows ;; *pg_restore*) test \"$(cat)\" = rows ;; esac", "backup", "--folder", _temp.In("backups"));

        Assert.True(said.ExitCode == 0, said.ToString());
        Assert.Equal(["compose exec -T postgres pg_dump --format=custom --compress=6 -U postgres autorest", "compose exec -T postgres pg_restore --list"], await File.ReadAllLinesAsync(_temp.In("record")));
        Assert.Equal("rows", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_temp.In("backups"), "*.dump"))));
        Assert.Single(Directory.GetFiles(_temp.In("backups"), "*.dump.sha256"));
    }

    [Fact]
    public async Task Backup_that_fails_in_the_container_leaves_nothing()
    {
        var said = await Docker("printf half; echo 'no such container' >&2; exit 1", "backup", "--folder", _temp.In("backups"));

        Assert.Equal(1, said.ExitCode);
        Assert.Contains("no such container", said.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_temp.In("backups")));
    }

    [Theory]
    [InlineData("restore")]
    [InlineData("doctor")]
    public void Verb_without_a_meaning_there_is_refused(string verb) =>
        Assert.Contains($"`{verb}` does not work on the containers", Assert.Throws<CliError>(() => DockerStack.Compose([verb], terminal: false)).Message, StringComparison.Ordinal);

    // A program docker that writes down what it was asked for.
    async Task<Said> Docker(string body, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the program in Docker's place is a shell script");
        _temp.Write("bin/docker", $"#!/bin/sh\n{body}\n", executable: true);
        var start = new ProcessStartInfo("dotnet", [typeof(Project).Assembly.Location, "--docker", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["PATH"] = _temp.In("bin") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        start.Environment["RECORD"] = _temp.In("record");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new Said(process.ExitCode, await output, await error);
    }
}

/// <summary>The containers' start scripts, run here with the programs that are installed, against a real database.</summary>
[Collection("processes")]
public sealed class StartScriptTests : IAsyncLifetime
{
    readonly Tool _tool = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tool.DisposeAsync();

    static string Root => Project.Find().Root;

    // Where PostgreSQL's account can read it, whatever the checkout lies below.
    string Script(string path) => _tool.Temp.Write(Path.GetFileName(path) + "-" + path.Replace('/', '-'), File.ReadAllText(Path.Combine(Root, path)), executable: true);

    static Process Start(string[] command, Dictionary<string, string?> variables)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    static async Task<string> End(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? "" : $"exit code {process.ExitCode}: {await error}";
    }

    static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 450; i++)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Npgsql.NpgsqlException)
            {
                // Not listening yet.
            }

            await Task.Delay(200);
        }

        Assert.Fail("it did not come to be within 90 s");
    }

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Fact]
    public async Task Pooler_starts_with_its_user_list_from_the_secrets()
    {
        Assert.SkipUnless(Native.IsRoot && PgBouncerProgram.Find() is not null, "the script leaves root for postgres, and needs PgBouncer");
        await _tool.Succeed("up", "--detach", "--database-only", "--no-pooler");
        var port = FreePort();
        var run = _tool.Temp.In("pooler");
        var ini = PgBouncerIni.Native(await File.ReadAllTextAsync(Project.Find().PgBouncerTemplate), port, int.Parse((await _tool.Component("postgres")).GetProperty("address").GetString()!.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), Path.Combine(run, "userlist.txt"), preparesStatements: false);
        using var pooler = Start(["/bin/sh", Script("pgbouncer/docker-entrypoint.sh")], new() { ["SECRETS_DIR"] = _tool.SecretsFolder, ["PGBOUNCER_RUN"] = run, ["PGBOUNCER_INI"] = _tool.Temp.Write("container.ini", ini), ["PATH"] = $"/usr/sbin:{Environment.GetEnvironmentVariable("PATH")}" });
        try
        {
            await Until(async () =>
            {
                Assert.False(pooler.HasExited);
                await using var connection = await _tool.Connect("pgbouncer", "authenticator", _tool.Secrets.AuthenticatorPassword, known: $"{port}");
                return (string?)await Tool.Scalar(connection, "SELECT current_user") == "authenticator";
            });

            var console = new DatabaseTarget(new Npgsql.NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = PgBouncerPool.Admin, Password = _tool.Secrets.PgBouncerAdminPassword, Database = "pgbouncer" }, null);
            var rows = await new PgBouncerConsole(console.Connection).Query("SHOW DATABASES", CancellationToken.None);
            Assert.Contains(rows, row => row["name"] == "autorest");
        }
        finally
        {
            Native.Signal(pooler.Id, Native.Terminate);
            await pooler.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Replica_copies_the_primary_and_follows_it()
    {
        Assert.SkipUnless(Native.IsRoot, "the script leaves root for postgres");
        await _tool.Succeed("up", "--detach", "--database-only", "--no-pooler");
        var primary = (await _tool.Component("postgres")).GetProperty("address").GetString()!.Split(':')[1];
        // The server's programs and the clients' may lie in different folders.
        var major = PostgresCluster.ExistingVersion(new DataFolder(_tool.Data));
        var binaries = PostgresBinaries.Find(Project.Find(), Environment.GetEnvironmentVariable(PostgresBinaries.Variable), major, OsAccount.ForDatabase());
        var programs = Path.GetDirectoryName(PostgresPrograms.Find("pg_basebackup", major));
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["PGHOST"] = "127.0.0.1",
            ["PGPORT"] = primary,
            ["PGPASSWORD"] = _tool.Secrets.PostgresPassword,
            ["POSTGRES_DB"] = "autorest",
            ["AUTHENTICATOR_PASSWORD_FILE"] = Path.Combine(_tool.SecretsFolder, "authenticator_password"),
            ["REPLICATOR_PASSWORD_FILE"] = Path.Combine(_tool.SecretsFolder, "replicator_password"),
            ["MONITOR_PASSWORD_FILE"] = Path.Combine(_tool.SecretsFolder, "monitor_password"),
            ["PGDATA"] = Directory.CreateDirectory(_tool.Temp.In("hba")).FullName,
        };
        using (var passwords = Start(["/bin/sh", Path.Combine(Root, "postgres", "init", "90-password.sh")], environment))
        {
            Assert.Equal("", await End(passwords));
        }

        Assert.Equal("host replication replicator all scram-sha-256\n", await File.ReadAllTextAsync(_tool.Temp.In("hba", "pg_hba.conf")));
        await using (var monitor = await _tool.Connect("postgres", "monitor", (await File.ReadAllTextAsync(Path.Combine(_tool.SecretsFolder, "monitor_password"))).Trim()))
        {
            Assert.Equal(true, await Tool.Scalar(monitor, "SELECT pg_has_role('pg_monitor', 'MEMBER')"));
        }

        var port = FreePort();
        var data = _tool.Temp.In("replica");
        using var replica = Start(
            ["/bin/bash", Script("postgres/replica-entrypoint.sh"), binaries.Postgres, "-p", $"{port}", "-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"],
            new()
            {
                ["PATH"] = environment["PATH"],
                ["PRIMARY_HOST"] = "127.0.0.1",
                ["PRIMARY_PORT"] = primary,
                ["PGDATA"] = data,
                ["SECRETS_DIR"] = _tool.SecretsFolder,
                ["SECRETS_COPY"] = _tool.Temp.In("copy"),
                // What gosu does in the image.
                ["AS_POSTGRES"] = _tool.Temp.Write("as", "#!/bin/sh\nuser=$1; shift; exec setpriv --reuid \"$user\" --regid \"$user\" --clear-groups \"$@\"\n", executable: true),
            });
        try
        {
            await Until(async () => (await _tool.Status()).GetProperty("database").GetProperty("replicas").EnumerateArray().Any(follower => follower.GetProperty("state").GetString() == "streaming"));
            await using (var connection = await _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword))
            {
                await Tool.Scalar(connection, "INSERT INTO api.todos (task, owner) VALUES ('for the replica', 'carol')");
            }

            await Until(async () =>
            {
                await using var connection = await _tool.Connect("replica", "postgres", _tool.Secrets.PostgresPassword, known: $"{port}");
                return await Tool.Scalar(connection, "SELECT count(*) FROM api.todos WHERE owner = 'carol' AND pg_is_in_recovery()") is 1L;
            });
        }
        finally
        {
            Native.Signal(replica.Id, Native.Interrupt);
            await replica.WaitForExitAsync();
        }
    }
}
