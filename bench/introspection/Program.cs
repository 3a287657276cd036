// Loads the schema cache of a large generated database and prints how long that takes and what it holds:
//   dotnet run -c Release --project bench/introspection [-- <tables, default 10000>]
// Target: 10,000 tables within 5 seconds.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Introspection;
using Npgsql;

const string Programs = "/usr/lib/postgresql/15/bin/";
var tables = args is [var count, ..] ? int.Parse(count, CultureInfo.InvariantCulture) : 10_000;
var folder = Directory.CreateTempSubdirectory("autorest-bench-").FullName;
var port = FreePort();
try
{
    if (Environment.IsPrivilegedProcess)
    {
        Run("chown", "postgres", folder); // PostgreSQL refuses to run as root.
    }

    RunAsServer("initdb", "-D", folder + "/data", "-E", "UTF8", "--locale=C", "--auth=trust", "-U", "postgres");
    RunAsServer("pg_ctl", "-w", "-D", folder + "/data", "-l", folder + "/log", "-o",
        $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c shared_buffers=256MB", "start");
    await MeasureAsync();
}
finally
{
    if (File.Exists(folder + "/data/postmaster.pid"))
    {
        RunAsServer("pg_ctl", "-D", folder + "/data", "-m", "immediate", "stop");
    }

    Run("rm", "-rf", folder);
}

async Task MeasureAsync()
{
    var builder = new NpgsqlSlimDataSourceBuilder(
        $"Host=127.0.0.1;Port={port};Database=postgres;Username=postgres;Command Timeout=0;Server Compatibility Mode=NoTypeLoading");
    await using var source = builder.Build();
    var creating = Stopwatch.GetTimestamp();
    Run(Programs + "psql", "-Xq", "-h", "127.0.0.1", "-p", $"{port}", "-U", "postgres", "-v", $"tables={tables}",
        "-f", Path.Combine(AppContext.BaseDirectory, "schema.sql"));
    Console.WriteLine($"{tables} tables created in {Stopwatch.GetElapsedTime(creating).TotalSeconds:0.0} s");

    for (var run = 1; run <= 4; run++)
    {
        if (run == 3)
        {
            await using var analyze = source.CreateCommand("ANALYZE");
            await analyze.ExecuteNonQueryAsync();
            Console.WriteLine("after ANALYZE:");
        }

        source.Clear(); // A new session: its catalog caches are empty, as at start-up.
        await using var connection = await source.OpenConnectionAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        var facts = await CatalogReader.ReadAsync(connection, ["api"], ["public"], CancellationToken.None);
        var read = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        var cache = SchemaCacheBuilder.Build(facts);
        var build = Stopwatch.GetElapsedTime(started);
        var columns = facts.Columns.Length;
        var slowest = string.Join(", ", facts.Timings.OrderByDescending(t => t.Elapsed).Take(4).Select(t => $"{t.Query} {t.Elapsed.TotalSeconds:0.00}"));
        facts = null;
        var retained = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"run {run}: {(read + build).TotalSeconds:0.00} s = catalog {read.TotalSeconds:0.00} ({slowest}) + build {build.TotalSeconds:0.00}; " +
            $"retained {retained / 1e6:0} MB, working set {Environment.WorkingSet / 1e6:0} MB");
        Console.WriteLine($"  {cache.Tables.Count} relations, {columns} columns, {cache.Relationships.Sum(r => r.Value.Length)} relationships, " +
            $"{cache.Routines.Count} routines");
        GC.KeepAlive(cache);
    }
}

void RunAsServer(string program, params string[] arguments)
{
    string[] user = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : [];
    string[] command = [.. user, Programs + program, .. arguments];
    Run(command[0], command[1..]);
}

static void Run(string program, params string[] arguments)
{
    // Not piped: the server would inherit the pipe and keep it open.
    using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null", "sh", program, .. arguments])
    {
        WorkingDirectory = "/",
    })!;
    process.WaitForExit();
    if (process.ExitCode != 0)
    {
        throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}

static int FreePort()
{
    using var probe = new TcpListener(IPAddress.Loopback, 0);
    probe.Start();
    return ((IPEndPoint)probe.LocalEndpoint).Port;
}
