using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoRest.Cli.Commands;
using AutoRest.Cli.Containers;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Tests;

/// <summary>The container stack, as far as it can be seen without an engine: its description is valid and keeps our rules.</summary>
public sealed class ContainerTests : IDisposable
{
    readonly TempFolder _temp = new();

    static string Root => Project.Find().Root;

    public void Dispose() => _temp.Dispose();

    static async Task<Dictionary<string, JsonElement>> Services() =>
        (await ComposeFile.Read()).GetProperty("services").EnumerateObject().ToDictionary(service => service.Name, service => service.Value);

    [Theory]
    [InlineData("", "pgadmin pgbouncer postgres proxy server")]
    [InlineData("replica", "postgres-replica")]
    [InlineData("monitoring", "postgres-exporter prometheus")]
    public async Task Each_profile_has_its_services(string profile, string names) =>
        Assert.Equal(names, string.Join(' ', (await Services()).Where(service => string.Join(' ', service.Value.Strings("profiles")) == profile).Select(service => service.Key).Order(StringComparer.Ordinal)));

    [Fact]
    public async Task Every_service_is_pinned_limited_and_has_no_rights_it_does_not_need()
    {
        // What a start script does as root, and no more.
        string[] harmless = ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "SETGID", "SETUID"];
        foreach (var (name, service) in await Services())
        {
            var text = service.ToString();
            Assert.Matches(@":v?\d+\.\d+\S*$", service.GetProperty("image").GetString()!);
            Assert.Equal(["ALL"], service.Strings("cap_drop"));
            Assert.All(service.Strings("cap_add"), capability => Assert.True(harmless.Contains(capability) || (name, capability) is ("pgadmin", "NET_BIND_SERVICE"), $"{name}: {capability}"));
            Assert.Equal(["no-new-privileges:true"], service.Strings("security_opt"));
            Assert.True(service.GetProperty("read_only").GetBoolean() || name == "pgadmin", $"{name}: read_only");
            var limits = service.GetProperty("deploy").GetProperty("resources").GetProperty("limits");
            Assert.True(double.Parse(limits.GetProperty("cpus").ToString(), CultureInfo.InvariantCulture) > 0, $"{name}: cpus");
            Assert.Matches("^[0-9]+[MG]$", limits.GetProperty("memory").ToString());
            Assert.InRange(service.GetProperty("pids_limit").GetInt32(), 1, 1000);
            Assert.Equal("unless-stopped", service.GetProperty("restart").GetString());
            Assert.Equal(["max-file", "max-size"], service.GetProperty("logging").GetProperty("options").EnumerateObject().Select(option => option.Name).Order(StringComparer.Ordinal));
            Assert.All(service.Strings("ports"), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
            Assert.DoesNotMatch("docker\\.sock|\"(privileged|network_mode|pid|ipc|userns_mode|devices)\":", text);
            // Secrets are files, and what a checkout lends cannot be changed.
            Assert.All(service.Variables().Where(variable => Regex.IsMatch(variable.Key, "PASS|SECRET|TOKEN|KEY")), variable => Assert.True(variable.Key.EndsWith("_FILE", StringComparison.Ordinal), $"{name}: {variable.Key}"));
            Assert.All(service.Strings("volumes").Where(mount => mount.StartsWith('/')), mount => Assert.EndsWith(":ro", mount, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Every_service_has_a_health_check_and_starts_when_what_it_needs_is_healthy()
    {
        var services = await Services();
        foreach (var (name, service) in services)
        {
            var check = service.TryGetProperty("healthcheck", out var here) ? [.. here.Strings("test").Skip(1)]
                : (await ImageFile.Read(service.GetProperty("build").GetProperty("dockerfile").GetString()!)).HealthCheck;
            Assert.True(check.Length > 0, $"{name}: health check");
            Assert.All(Needs(service), needed => Assert.Equal("service_healthy", needed.Value.GetProperty("condition").GetString()));
        }

        Assert.Equal(["pgbouncer", "postgres"], Needs(services["server"]).Select(needed => needed.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["server"], Needs(services["proxy"]).Select(needed => needed.Name));
        Assert.All(services.Where(service => service.Key is not ("postgres" or "proxy" or "prometheus" or "server")), service => Assert.Equal(["postgres"], Needs(service.Value).Select(needed => needed.Name)));

        static IEnumerable<JsonProperty> Needs(JsonElement service) => service.TryGetProperty("depends_on", out var needed) ? needed.EnumerateObject() : [];
    }

    [Fact]
    public async Task Databases_are_on_a_named_network_without_a_way_out()
    {
        var file = await ComposeFile.Read();
        var services = file.GetProperty("services").EnumerateObject().ToDictionary(service => service.Name, service => string.Join(' ', service.Value.GetProperty("networks") is { ValueKind: JsonValueKind.Object } named ? named.EnumerateObject().Select(network => network.Name) : service.Value.Strings("networks")));

        Assert.Equal(["autorest-back", "autorest-front"], file.GetProperty("networks").EnumerateObject().Select(network => network.Value.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.True(file.GetProperty("networks").GetProperty("back").GetProperty("internal").GetBoolean());
        Assert.All((string[])["postgres", "postgres-replica", "pgbouncer", "postgres-exporter"], name => Assert.Equal("back", services[name]));
        Assert.Equal("front", services["proxy"]);
    }

    [Fact]
    public async Task Images_are_of_the_versions_that_are_promised()
    {
        var services = await Services();
        string Image(string name) => services[name].GetProperty("image").GetString()!;

        Assert.StartsWith("pgvector/pgvector:", Image("postgres"), StringComparison.Ordinal);
        // A standby is of the primary's version.
        Assert.Equal(Image("postgres"), Image("postgres-replica"));
        // Prepared statements survive transaction pooling since 1.21; 1.25 is what is asked for.
        var pooler = Regex.Match(Image("pgbouncer"), @":v(\d+)\.(\d+)");
        Assert.True(new Version($"{pooler.Groups[1]}.{pooler.Groups[2]}") >= new Version(1, 25), Image("pgbouncer"));
        Assert.All((string[])["postgres", "postgres-replica"], name => Assert.True(services[name].GetProperty("init").GetBoolean(), name));
    }

    [Fact]
    public async Task Everything_that_is_mounted_is_there_and_every_secret_is_generated()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Root, "docker-compose.yml"));

        var mounts = Regex.Matches(text, @"^      - \./([^:]+):", RegexOptions.Multiline).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(mounts);
        Assert.All(mounts, path => Assert.True(Path.Exists(Path.Combine(Root, path)), path));
        Assert.Equal(Secrets.Names.Order(StringComparer.Ordinal), Regex.Matches(text, @"file: \$\{AUTOREST_SECRETS:-\./secrets\}/(\S+)").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
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
        { ["up", "--database-only"], "compose up --detach --wait postgres pgbouncer" },
        { ["down"], "compose --profile replica --profile monitoring down" },
        { ["logs"], "compose logs --tail 20" },
        { ["logs", "server", "-n", "5", "-f"], "compose logs server --tail 5 -f" },
        { ["psql", "-c", "SELECT 1"], "compose exec -T postgres psql -U postgres -d autorest -c SELECT 1" },
        { ["psql", "--role", "web_user"], "compose exec -T -e PGOPTIONS=-c role=web_user postgres psql -U postgres -d autorest" },
        { ["psql", "-c", "SELECT 1", "--role", "web_user", "--", "--pooler"], "compose exec -T -e PGOPTIONS=-c role=web_user postgres psql -U postgres -d autorest -c SELECT 1 --pooler" },
        { ["psql", "--pooler", "-c", "SELECT 1"], "compose exec -T postgres sh -c PGPASSWORD=$(cat /run/secrets/authenticator_password) exec psql \"$@\" psql -h pgbouncer -p 6432 -U authenticator -d autorest -c SELECT 1" },
    };

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Verb_becomes_a_command_of_compose_and_its_exit_code_comes_back(string[] arguments, string recorded)
    {
        var said = await Docker("echo \"$@\" >>\"$RECORD\"; exit 7", arguments);

        Assert.Equal((7, recorded), (said.ExitCode, (await File.ReadAllTextAsync(_temp.In("record"))).Trim()));
    }

    [Theory]
    [InlineData("teardown", "The containers are torn down by ./teardown.sh --docker, which needs Docker only.")]
    [InlineData("conjure", "`conjure` does not work on the containers: up, down, status, logs, psql, backup, restore, reset, doctor, types, openapi, token, secrets do.")]
    public void Verb_without_a_meaning_there_is_refused(string verb, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<CliError>(() => DockerStack.Own([verb])).Message);

    [Theory]
    [InlineData("token", "--sub", "alice")]
    [InlineData("secrets")]
    public void Verb_on_the_secrets_is_the_native_one(params string[] words) => Assert.Equal(words, DockerStack.Own(words));

    [Fact]
    public async Task Start_makes_the_missing_secrets()
    {
        await Docker("exit 0", "up");

        Assert.Equal(Secrets.Names.Order(StringComparer.Ordinal), Directory.GetFiles(_temp.In("secrets")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("restore")]
    [InlineData("reset")]
    [InlineData("backup")]
    [InlineData("doctor")]
    [InlineData("types")]
    [InlineData("openapi")]
    public async Task Verb_on_a_stack_that_does_not_run_is_refused_with_what_to_do(string verb)
    {
        _temp.Write("autorest-20260101T000000.000Z.dump", "");

        var said = await Docker("echo 'service is not running' >&2; exit 1", [verb, .. verb == "restore" ? (string[])["--yes", "--no-checksum", _temp.In("autorest-20260101T000000.000Z.dump")] : []]);

        Assert.Equal(1, said.ExitCode);
        Assert.Matches("^autorest: The container of (postgres|server) is not running: start the stack with `autorest --docker up`, and see `autorest --docker status`\\.\n", said.Error);
    }

    [Theory]
    [InlineData("""[{"Name":"a-postgres-1","Service":"postgres","Image":"i","State":"running","Health":"healthy","Status":"Up","Publishers":null},{"Name":"a-server-1","Service":"server","State":"running","Health":"starting","Status":"Up","Publishers":[{"URL":"127.0.0.1","TargetPort":3000,"PublishedPort":3002,"Protocol":"tcp"},{"URL":"","TargetPort":3001,"PublishedPort":0,"Protocol":"tcp"}]}]""")]
    [InlineData("""
        {"Name":"a-server-1","Service":"server","State":"running","Health":"starting","Status":"Up","Publishers":[{"URL":"127.0.0.1","TargetPort":3000,"PublishedPort":3002,"Protocol":"tcp"}]}
        {"Name":"a-postgres-1","Service":"postgres","Image":"i","State":"running","Health":"healthy","Status":"Up","Publishers":[]}
        """)]
    public void List_of_containers_is_read_in_both_of_its_forms(string answer) =>
        Assert.Equal(
            [new Container("a-postgres-1", "postgres", "i", Health.Healthy, "Up", ""), new Container("a-server-1", "server", "", Health.Starting, "Up", "127.0.0.1:3002")],
            Container.Parse(answer));

    // A program docker that writes down what it was asked for.
    async Task<Said> Docker(string body, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the program in Docker's place is a shell script");
        _temp.Write("bin/docker", $"#!/bin/sh\n{body}\n", executable: true);
        var start = new ProcessStartInfo("dotnet", [typeof(Project).Assembly.Location, "--docker", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["PATH"] = _temp.In("bin") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        start.Environment["RECORD"] = _temp.In("record");
        start.Environment["AUTOREST_SECRETS"] = _temp.In("secrets");
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
