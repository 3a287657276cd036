using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AutoRest.Introspection.Tests;
using Npgsql;

[assembly: AssemblyFixture(typeof(Database))]

namespace AutoRest.Introspection.Tests;

/// <summary>A throw-away PostgreSQL 15 with two databases: the recorded cases' fixture, and shapes it lacks.</summary>
public sealed class Database : IAsyncLifetime
{
    const string Programs = "/usr/lib/postgresql/15/bin/";

    readonly string _folder = Directory.CreateTempSubdirectory("autorest-").FullName;
    readonly string? _missing = File.Exists(Programs + "initdb") ? null : $"PostgreSQL 15 is not in {Programs}";
    int _port;

    public SchemaCache Fixture { get; private set; } = null!;

    public SchemaCache Shapes { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (_missing is not null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") is { Length: > 0 }, _missing);
            return;
        }

        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root.
            Run(null, "chown", "postgres", _folder);
        }

        Run("postgres", Programs + "initdb", "-D", _folder + "/data", "-E", "UTF8", "--locale=C", "--auth=trust", "-U", "postgres");
        Run("postgres", Programs + "pg_ctl", "-w", "-D", _folder + "/data", "-l", _folder + "/log", "-o",
            $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c timezone=UTC", "start");
        Fixture = await LoadAsync("fixture", ["api", "tenant"], ["public"]);
        Shapes = await LoadAsync("shapes", ["shop", "depot"], ["extra"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_port != 0)
        {
            NpgsqlConnection.ClearAllPools();
            Run("postgres", Programs + "pg_ctl", "-D", _folder + "/data", "-m", "immediate", "stop");
        }

        await Task.Run(() => Run(null, "rm", "-rf", _folder));
    }

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public void Require() => Assert.SkipWhen(_missing is not null, _missing ?? "");

    /// <summary>A connection that knows as little of types as the server's own.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database, string user = "authenticator")
    {
        Require();
        var builder = new NpgsqlSlimDataSourceBuilder(
            $"Host=127.0.0.1;Port={_port};Database={database};Username={user};Pooling=false;Server Compatibility Mode=NoTypeLoading");
        return await builder.Build().OpenConnectionAsync();
    }

    async Task<SchemaCache> LoadAsync(string database, ImmutableArray<string> schemas, ImmutableArray<string> extraSearchPath)
    {
        Run(null, Programs + "createdb", "-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", database);
        Run(null, Programs + "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "-d", database,
            "-f", Path.Combine(AppContext.BaseDirectory, database + ".sql"));
        await using var connection = await ConnectAsync(database);
        return SchemaCacheBuilder.Build(await CatalogReader.ReadAsync(connection, schemas, extraSearchPath, CancellationToken.None));
    }

    static void Run(string? user, string program, params string[] arguments)
    {
        string[] command = user is not null && Environment.IsPrivilegedProcess ? ["runuser", "-u", user, "--", program] : [program];
        // Not piped: the server would inherit the pipe and keep it open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null", "sh", .. command, .. arguments])
        { WorkingDirectory = "/" })!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}");
    }
}
