using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Npgsql;

namespace AutoRest.Testing;

public enum PostgresStop
{
    /// <summary>As a crash: connections break, recovery runs at the next start. What was committed is kept.</summary>
    Immediate,

    /// <summary>Clients are told (57P01), nothing needs recovery.</summary>
    Fast,
}

/// <summary>A throw-away PostgreSQL on a free loopback port; trust authentication, superuser <c>postgres</c>.</summary>
/// <remarks>
/// The programs are taken from <c>AUTOREST_PG_BIN</c>, <c>PATH</c> or <c>/usr/lib/postgresql/*/bin</c>. As root they run as the account
/// <c>postgres</c>. Call <see cref="Required.PostgreSql"/> first.
/// </remarks>
public sealed class PostgresCluster : IAsyncDisposable
{
    // The settings the recorded cases were made with, so that texts, plans and orders are the same.
    static readonly (string Name, string Value)[] Settings =
    [
        ("listen_addresses", "127.0.0.1"), ("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"),
        ("autovacuum", "off"), ("timezone", "UTC"), ("log_timezone", "UTC"), ("max_connections", "100"), ("jit", "off"),
        ("max_parallel_workers_per_gather", "0"), ("max_worker_processes", "0"),
    ];

    static readonly ConcurrentDictionary<PostgresCluster, bool> Running = new();

    readonly ConcurrentDictionary<string, NpgsqlDataSource> _dataSources = new();
    readonly SemaphoreSlim _loading = new(1);
    readonly string _programs;

    static PostgresCluster()
    {
        // A test run that is interrupted disposes nothing, and the cluster is not its child.
        AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
        {
            foreach (var cluster in Running.Keys)
            {
                cluster.Signal(UnixSignal.Quit);
                DeleteFolder(cluster.Folder);
            }
        };
    }

    PostgresCluster(string programs, string folder, int port)
    {
        _programs = programs;
        Folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The temporary folder: <c>data</c>, <c>log</c> and the unix socket.</summary>
    public string Folder { get; }

    /// <summary>What PostgreSQL logged so far.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    string Data => Path.Combine(Folder, "data");
    string LogFile => Path.Combine(Folder, "log");
    string PidFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>The folder of <c>initdb</c>, <c>pg_ctl</c> and the others, or null. Messages differ between major versions, and the
    /// recorded ones are those of 15: it is preferred where several are installed.</summary>
    public static string? FindPrograms()
    {
        if (Environment.GetEnvironmentVariable("AUTOREST_PG_BIN") is { Length: > 0 } chosen)
        {
            return IsComplete(chosen) ? chosen : null;
        }
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .Select(folder => (Version: int.TryParse(Path.GetFileName(folder), out var version) ? version : 0, Path: Path.Combine(folder, "bin")))
                .OrderByDescending(p => p.Version == 15).ThenByDescending(p => p.Version)
                .Select(p => p.Path).ToArray()
            : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(f => f.Length > 0);
        return onPath.Concat(installed).FirstOrDefault(IsComplete);

        static bool IsComplete(string folder) =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl"))
            && (File.Exists(Path.Combine(folder, "psql")) || Command.Find("psql") is not null);
    }

    /// <summary>Creates and starts a cluster.</summary>
    /// <param name="settings">Lines of <c>postgresql.conf</c> besides or instead of the usual ones.</param>
    public static async Task<PostgresCluster> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var programs = FindPrograms() ?? throw new InvalidOperationException("PostgreSQL's programs are not installed");
        var folder = await Command.CreateFolderAsync("autorest-pg-");
        var cluster = new PostgresCluster(programs, folder, Ports.Free());
        try
        {
            await cluster.RunAsync("initdb", "-D", cluster.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            var lines = Settings.Select(s => (s.Name, s.Value))
                .Append(("port", cluster.Port.ToString(CultureInfo.InvariantCulture)))
                .Append(("unix_socket_directories", folder))
                .Concat((settings ?? new Dictionary<string, string>()).Select(s => (s.Key, s.Value)))
                .Select(s => $"{s.Item1} = '{s.Item2.Replace("'", "''", StringComparison.Ordinal)}'");
            await File.AppendAllLinesAsync(Path.Combine(cluster.Data, "postgresql.conf"), lines);
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether <see cref="StartStandbyAsync"/> can be called: not every distribution has the program for it.</summary>
    public static bool CanHaveStandby => FindPrograms() is { } programs && FindBaseBackup(programs) is not null;

    /// <summary>Creates and starts a hot standby of this cluster, by streaming replication.</summary>
    public async Task<PostgresCluster> StartStandbyAsync()
    {
        var folder = await Command.CreateFolderAsync("autorest-pg-");
        var standby = new PostgresCluster(_programs, folder, Ports.Free());
        try
        {
            var program = FindBaseBackup(_programs) ?? throw new InvalidOperationException("pg_basebackup is not installed");
            await standby.RunAsync(program, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres",
                "-D", standby.Data, "-R", "-X", "stream", "-c", "fast", "--no-sync");
            await File.AppendAllLinesAsync(Path.Combine(standby.Data, "postgresql.conf"),
                [string.Create(CultureInfo.InvariantCulture, $"port = {standby.Port}"), $"unix_socket_directories = '{folder}'"]);
            await standby.StartAsync();
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the cluster again after <see cref="StopAsync"/>, on the same port with the same data.</summary>
    public async Task StartAsync()
    {
        Running[this] = true;
        await RunAsync("pg_ctl", "-D", Data, "-l", LogFile, "-w", "-t", "60", "start");
    }

    public async Task StopAsync(PostgresStop how = PostgresStop.Immediate)
    {
        if (how == PostgresStop.Immediate)
        {
            // Commits do not wait for the log here: without this the last ones would be lost.
            await ExecuteAsync("checkpoint");
        }
        await ShutDownAsync(how == PostgresStop.Immediate ? UnixSignal.Quit : UnixSignal.Interrupt);
    }

    public async Task RestartAsync(PostgresStop how = PostgresStop.Immediate)
    {
        await StopAsync(how);
        await StartAsync();
    }

    /// <summary>An Npgsql connection string over TCP.</summary>
    public string ConnectionString(string database = "postgres", string user = "postgres") =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Database = database, Username = user }.ConnectionString;

    /// <summary>A connection URI, as <c>PGRST_DB_URI</c> takes it.</summary>
    public string Uri(string database, string user = "authenticator") =>
        $"postgresql://{System.Uri.EscapeDataString(user)}@127.0.0.1:{Port}/{System.Uri.EscapeDataString(database)}";

    /// <summary>Creates a database and loads SQL files into it with psql, in order.</summary>
    public async Task CreateDatabaseAsync(string name, params string[] files)
    {
        await ExecuteAsync($"create database \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" template template0");
        foreach (var file in files)
        {
            await LoadAsync(name, file);
        }
    }

    /// <summary>Runs a SQL file as superuser with psql, which its <c>\set</c> and <c>\if</c> lines need; stops at the first error.</summary>
    public async Task LoadAsync(string database, string file, IReadOnlyDictionary<string, string>? variables = null)
    {
        var own = Path.Combine(_programs, "psql");
        var psql = File.Exists(own) ? own : Command.Find("psql") ?? throw new InvalidOperationException("psql is not installed");
        // One at a time: roles belong to the cluster, and files that create or grant them fail beside each other ("tuple concurrently updated").
        await _loading.WaitAsync();
        try
        {
            await Command.RunAsync(psql,
                ["-X", "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", database,
                    "-v", "ON_ERROR_STOP=1", .. (variables ?? new Dictionary<string, string>()).SelectMany(v => new[] { "-v", $"{v.Key}={v.Value}" }),
                    "-f", file],
                environment: new Dictionary<string, string> { ["PGCLIENTENCODING"] = "UTF8" });
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Runs SQL as superuser.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var command = DataSource(database).CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs SQL as superuser and gives its rows as <c>psql -At</c> prints them: <c>|</c> between columns, <c>\n</c> between rows.</summary>
    public async Task<string> QueryAsync(string sql, string database = "postgres")
    {
        await using var command = DataSource(database).CreateCommand(sql);
        command.AllResultTypesAreUnknown = true;
        await using var reader = await command.ExecuteReaderAsync();
        var text = new StringBuilder();
        for (var first = true; await reader.ReadAsync(); first = false)
        {
            text.Append(first ? "" : "\n");
            for (var i = 0; i < reader.FieldCount; i++)
            {
                text.Append(i == 0 ? "" : "|").Append(reader.IsDBNull(i) ? "" : reader.GetString(i));
            }
        }
        return text.ToString();
    }

    /// <summary>Closes this object's own connections to a database, so that it can be dropped or serve as a template.</summary>
    public async Task ForgetConnectionsAsync(string database)
    {
        if (_dataSources.TryRemove(database, out var dataSource))
        {
            await dataSource.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ShutDownAsync(UnixSignal.Quit);
        DeleteFolder(Folder);
        _loading.Dispose();
    }

    async Task ShutDownAsync(UnixSignal signal)
    {
        foreach (var database in _dataSources.Keys)
        {
            await ForgetConnectionsAsync(database);
        }
        Signal(signal);
        // The file, not the process: where nothing reaps orphans, a stopped postmaster stays visible as a process.
        for (var i = 0; File.Exists(PidFile); i++)
        {
            if (i > 600)
            {
                throw new TimeoutException("PostgreSQL did not stop:\n" + Log);
            }
            await Task.Delay(50);
        }
        Running.TryRemove(this, out _);
    }

    NpgsqlDataSource DataSource(string database) => _dataSources.GetOrAdd(database, name =>
    {
        var builder = new NpgsqlDataSourceBuilder(ConnectionString(name));
        // Values are read as text: loading the database's types would be a query for nothing.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    });

    Task<string> RunAsync(string program, params string[] arguments)
    {
        var (file, list) = Command.Unprivileged(Path.Combine(_programs, program), arguments);
        // pg_ctl leaves its output open in the server it starts: reading it to the end would wait for the server.
        return program == "pg_ctl"
            ? Command.RunAsync("sh", ["-c", "out=$0.out; \"$@\" >\"$out\" 2>&1 || { cat \"$out\" \"$0\" >&2; exit 1; }", LogFile, file, .. list], Folder)
            : Command.RunAsync(file, list, Folder);
    }

    void Signal(UnixSignal signal)
    {
        if (File.Exists(PidFile) && int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), out var process))
        {
            Command.Signal(process, signal);
        }
    }

    static string? FindBaseBackup(string programs) =>
        Path.Combine(programs, "pg_basebackup") is var own && File.Exists(own) ? own : Command.Find("pg_basebackup");

    static void DeleteFolder(string folder)
    {
        for (var i = 0; i < 20 && Directory.Exists(folder); i++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // PostgreSQL's last processes still remove files of their own.
                Thread.Sleep(50);
            }
        }
    }
}
