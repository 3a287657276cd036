using System.Net;
using System.Net.Sockets;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Tests;

/// <summary>Real PostgreSQL and PgBouncer, run by the real tool. Without the server: <see cref="WholeStackTests"/> has it.</summary>
[Collection("processes")]
public sealed class UpTests : IAsyncLifetime
{
    readonly Tool _tool = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tool.DisposeAsync();

    async Task<string> Up(params string[] more) => await _tool.Succeed(["up", "--detach", "--database-only", .. more]);

    Task<NpgsqlConnection> Superuser() => _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword);

    static Task<object?> Scalar(NpgsqlConnection connection, string sql) => Tool.Scalar(connection, sql);

    [Fact]
    public async Task Up_status_second_up_and_down()
    {
        var first = await Up();
        Assert.Contains("Ready, in the background", first, StringComparison.Ordinal);
        Assert.Contains("✓ PostgreSQL", first, StringComparison.Ordinal);

        var status = await _tool.Status();
        Assert.True(status.GetProperty("healthy").GetBoolean());
        Assert.Equal("ready", status.GetProperty("phase").GetString());
        Assert.All(status.GetProperty("components").EnumerateArray(), component => Assert.Equal("healthy", component.GetProperty("health").GetString()));
        Assert.Contains("postgres", await _tool.Succeed("status"), StringComparison.Ordinal);

        var pid = await _tool.Pid("postgres");
        var second = await Up();
        Assert.Contains("The stack is already running.", second, StringComparison.Ordinal);
        Assert.Contains("postgresql://postgres@127.0.0.1:", second, StringComparison.Ordinal);
        Assert.Equal(pid, await _tool.Pid("postgres"));

        Assert.Contains("Stopped.", await _tool.Succeed("down"), StringComparison.Ordinal);
        Assert.Null(ProcessIdentity.Of(pid));
        var stopped = await _tool.Run("status", "--json");
        Assert.Equal(3, stopped.ExitCode);
        Assert.Contains("\"phase\": \"stopped\"", stopped.Output, StringComparison.Ordinal);
        Assert.Contains("not running", await _tool.Succeed("down"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_survives_a_restart_and_deleted_demo_rows_stay_deleted()
    {
        await Up();
        await using (var connection = await Superuser())
        {
            await Scalar(connection, "DELETE FROM api.todos WHERE owner = 'bob'");
        }

        await _tool.Succeed("down");
        await Up();

        await using var again = await Superuser();
        Assert.Equal(3L, await Scalar(again, "SELECT count(*) FROM api.todos"));
    }

    [Fact]
    public async Task Init_scripts_can_be_run_again()
    {
        await Up();
        await _tool.Succeed("down");
        File.Delete(new DataFolder(_tool.Data).InitMarker);

        await Up();

        await using var connection = await Superuser();
        Assert.Equal(4L, await Scalar(connection, "SELECT count(*) FROM api.todos"));
    }

    [Fact]
    public async Task New_authenticator_password_takes_effect()
    {
        await Up();
        await _tool.Succeed("down");
        await File.WriteAllTextAsync(Path.Combine(_tool.SecretsFolder, "authenticator_password"), "another1");

        await Up();

        await using var connection = await _tool.Connect("postgres", "authenticator", "another1");
        Assert.Equal("authenticator", await Scalar(connection, "SELECT current_user"));
    }

    [Fact]
    public async Task Wrong_superuser_password_is_one_sentence()
    {
        await Up();
        await _tool.Succeed("down");
        await File.WriteAllTextAsync(Path.Combine(_tool.SecretsFolder, "postgres_password"), "wrong");

        var said = await _tool.Run("up", "--detach", "--database-only");

        Assert.Equal(1, said.ExitCode);
        Assert.Matches("^autorest: PostgreSQL refuses the password in .*/postgres_password: put the one back .*$", said.Sentence);
        Assert.Single(said.Error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Half_created_cluster_is_one_sentence()
    {
        _tool.Temp.Write("data/pg/PG_VERSION", "15\n");

        var said = await _tool.Run("up", "--detach", "--database-only");

        Assert.Equal(1, said.ExitCode);
        Assert.Matches("^autorest: The database folder .*/pg is only half created, .*: delete it \\(`rm -r .*/pg`\\) and run `autorest up` again\\.$", said.Error.Trim());
    }

    [Fact]
    public async Task Killed_supervisor_leaves_processes_that_the_next_up_replaces()
    {
        await Up();
        var old = await _tool.Pid("postgres");
        Native.Signal((await _tool.Status()).GetProperty("pid").GetInt32(), Native.Kill);
        var dead = await _tool.Run("status");
        Assert.Equal(3, dead.ExitCode);
        Assert.Contains("the process that ran the stack is gone", dead.Output, StringComparison.Ordinal);

        Assert.Contains("Stopped what a killed stack had left running:", await Up(), StringComparison.Ordinal);

        Assert.Null(ProcessIdentity.Of(old));
        Assert.True((await _tool.Status()).GetProperty("healthy").GetBoolean());
    }

    [Fact]
    public async Task Down_ends_what_a_killed_supervisor_left()
    {
        await Up();
        var old = await _tool.Pid("postgres");
        Native.Signal((await _tool.Status()).GetProperty("pid").GetInt32(), Native.Kill);

        Assert.Contains("postgres", await _tool.Succeed("down"), StringComparison.Ordinal);

        Assert.Null(ProcessIdentity.Of(old));
    }

    [Fact]
    public async Task Killed_database_comes_back_by_itself()
    {
        await Up();
        Native.Signal(await _tool.Pid("postgres"), Native.Kill);

        for (var i = 0; i < 60; i++)
        {
            await Task.Delay(500);
            var postgres = await _tool.Component("postgres");
            if (postgres.GetProperty("restarts").GetInt32() > 0 && postgres.GetProperty("health").GetString() == "healthy")
            {
                break;
            }
        }

        await using var connection = await Superuser();
        Assert.Equal(4L, await Scalar(connection, "SELECT count(*) FROM api.todos"));
    }

    [Theory]
    [InlineData(Native.Interrupt)]
    [InlineData(Native.Terminate)]
    public async Task Signal_stops_a_stack_in_the_foreground(int signal)
    {
        using var process = _tool.Start("up", "--database-only");
        var ready = false;
        while (!ready && await process.StandardOutput.ReadLineAsync() is { } line)
        {
            ready = line.StartsWith("Ready.", StringComparison.Ordinal);
        }

        Assert.True(ready);
        var postgres = await _tool.Pid("postgres");

        Native.Signal(process.Id, signal);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, process.ExitCode);
        Assert.EndsWith("Stopped.\n", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Null(ProcessIdentity.Of(postgres));
        Assert.Contains("database system is shut down", await File.ReadAllTextAsync(new DataFolder(_tool.Data).Log("postgres")), StringComparison.Ordinal);
        Assert.False(File.Exists(new DataFolder(_tool.Data).StateFile));
    }

    [Fact]
    public async Task Two_at_once_make_one_stack()
    {
        var both = await Task.WhenAll(_tool.Run("up", "--detach", "--database-only"), _tool.Run("up", "--detach", "--database-only"));

        Assert.All(both, said => Assert.Equal(0, said.ExitCode));
        Assert.True((await _tool.Status()).GetProperty("healthy").GetBoolean());
    }

    [Fact]
    public async Task Busy_asked_port_is_one_sentence()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var said = await _tool.Run("up", "--database-only", "--postgres-port", $"{port}");

        Assert.Equal(1, said.ExitCode);
        Assert.Equal($"autorest: Port {port} is in use: stop the program that listens on it, or choose another port with --postgres-port.", said.Error.Trim());
    }

    [Fact]
    public async Task Asked_port_is_used()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        await Up("--postgres-port", $"{port}");

        Assert.Equal($"127.0.0.1:{port}", (await _tool.Component("postgres")).GetProperty("address").GetString());
    }

    [Fact]
    public async Task Missing_binaries_are_one_sentence()
    {
        var said = await _tool.Run("up", "--pg-bin", _tool.Temp.Path);

        Assert.Equal(1, said.ExitCode);
        Assert.Equal($"autorest: {_tool.Temp.Path} has no initdb and postgres: set AUTOREST_PG_BIN (or --pg-bin) to PostgreSQL's bin folder.", said.Error.Trim());
    }

    [Fact]
    public async Task Server_that_dies_at_start_is_shown_with_its_last_lines_and_nothing_stays_running()
    {
        _tool.Variables["AUTOREST_SERVER"] = _tool.Temp.Write("server", "#!/bin/sh\necho 'the reason' >&2\nexit 3\n", executable: true);

        var said = await _tool.Run("up", "--detach");

        Assert.Equal(1, said.ExitCode);
        Assert.Matches("^autorest: AutoRest server ended while starting \\(exit code 3\\): mend what the end of .*/server.log says, and start again\\.$", said.Sentence);
        Assert.Contains("  | the reason", said.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await _tool.Run("status")).ExitCode);
        Assert.All((await _tool.Status()).GetProperty("components").EnumerateArray(), component => Assert.Equal(System.Text.Json.JsonValueKind.Null, component.GetProperty("pid").ValueKind));
        // The reason gone, the next start works.
        _tool.Variables.Clear();
        await Up();
    }

    [Fact]
    public async Task Server_gets_its_settings_by_environment()
    {
        // Prints what it was given and dies: all that is needed here.
        _tool.Variables["AUTOREST_SERVER"] = _tool.Temp.Write("server", "#!/bin/sh\nenv | grep -E '^(PG|AUTOREST_DB)' | sort\nexit 3\n", executable: true);
        _tool.Variables["PGRST_LOG_LEVEL"] = "info";
        _tool.Variables["PGRST_DB_SCHEMAS"] = "other";
        _tool.Variables["PGSSLMODE"] = "require";

        await _tool.Run("up", "--detach", "--server-port", "3977", "--no-pooler");

        var log = (await File.ReadAllLinesAsync(new DataFolder(_tool.Data).Log("server"))).ToList();
        Assert.Contains("PGRST_SERVER_PORT=3977", log);
        Assert.Contains("PGRST_SERVER_HOST=127.0.0.1", log);
        Assert.Contains("PGRST_DB_ANON_ROLE=api_anon", log);
        Assert.Contains("PGRST_DB_SCHEMAS=other", log);
        Assert.Contains("PGRST_LOG_LEVEL=info", log);
        Assert.Contains("PGRST_DB_PREPARED_STATEMENTS=true", log);
        Assert.Contains($"PGRST_JWT_SECRET=@{_tool.SecretsFolder}/jwt_secret", log);
        Assert.Contains(log, line => line.StartsWith($"AUTOREST_DB_LISTEN_URI=postgresql://authenticator:{_tool.Secrets.AuthenticatorPassword}@127.0.0.1:", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.StartsWith("PGSSLMODE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("up", "--nonsense")]
    [InlineData("up", "--proxy-port", "many")]
    [InlineData("nonsense")]
    public async Task Bad_arguments_are_refused(params string[] arguments)
    {
        var said = await _tool.Run(arguments);

        Assert.Equal(1, said.ExitCode);
        Assert.Contains(arguments[^1], said.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tool.Data));
    }

    [Fact]
    public async Task Token_prints_a_token_only()
    {
        _tool.Secrets.Create();

        var output = await _tool.Succeed("token", "--role", "api_anon", "--sub", "bob", "--claim", "tenant=7", "--claim", "a=b", "--expires", "2h");

        var payload = System.Text.Json.JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(output.Trim().Split('.')[1])).RootElement;
        Assert.Equal(("api_anon", "bob", 7, "b"), (payload.GetProperty("role").GetString(), payload.GetProperty("sub").GetString(), payload.GetProperty("tenant").GetInt32(), payload.GetProperty("a").GetString()));
        Assert.Equal(7200, payload.GetProperty("exp").GetInt64() - payload.GetProperty("iat").GetInt64());
        Assert.Single(output.Trim().Split('\n'));
    }

    [Fact]
    public async Task Token_without_secret_is_one_sentence()
    {
        var said = await _tool.Run("token");

        Assert.Equal((1, $"autorest: The secret {_tool.SecretsFolder}/jwt_secret is missing: run `autorest up` once, which makes it."), (said.ExitCode, said.Error.Trim()));
    }

    [Fact]
    public async Task Logs_are_the_last_lines_of_each_component()
    {
        _tool.Temp.Write("data/log/server.log", "1\n2\n3\n");
        Assert.Equal("2\n3\n", await _tool.Succeed("logs", "server", "--lines", "2"));
        _tool.Temp.Write("data/log/proxy.log", "p\n");

        Assert.Equal("proxy      | p\nserver     | 3\n", await _tool.Succeed("logs", "-n", "1"));

        var unknown = await _tool.Run("logs", "nothing");
        Assert.Equal((1, "autorest: There is no log of \"nothing\": there are proxy, server."), (unknown.ExitCode, unknown.Error.Trim()));
    }

    [Fact]
    public async Task Followed_log_shows_what_is_added_until_interrupted()
    {
        var log = _tool.Temp.Write("data/log/server.log", "old\n");
        using var process = _tool.Start("logs", "server", "-f");
        Assert.Equal("old", await process.StandardOutput.ReadLineAsync());

        await File.AppendAllTextAsync(log, "new\n");
        Assert.Equal("new", await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));

        Native.Signal(process.Id, Native.Interrupt);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Teardown_of_nothing_is_no_error() => Assert.Contains("Deleted", await _tool.Succeed("teardown", "--yes"), StringComparison.Ordinal);

    [Fact]
    public async Task Teardown_keeps_everything_unless_told_otherwise()
    {
        await Up();

        Assert.Contains("Kept", await _tool.Succeed("teardown"), StringComparison.Ordinal);
        Assert.False((await _tool.Status()).GetProperty("running").GetBoolean());
        Assert.True(Directory.Exists(new DataFolder(_tool.Data).Cluster));

        await _tool.Succeed("teardown", "--yes", "--keep-data");
        Assert.True(Directory.Exists(new DataFolder(_tool.Data).Cluster));
        Assert.True(File.Exists(_tool.Secrets.JwtSecretFile));

        await _tool.Succeed("teardown", "--yes");
        Assert.False(Directory.Exists(_tool.Data));
        Assert.False(File.Exists(_tool.Secrets.JwtSecretFile));
    }
}
