using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace AutoRest.Testing;

/// <summary>A throw-away PgBouncer (transaction pooling, trust authentication) in front of a <see cref="PostgresCluster"/>.</summary>
/// <remarks>Call <see cref="Required.PgBouncer"/> first.</remarks>
public sealed class PgBouncer : IAsyncDisposable
{
    readonly string _program;
    readonly string _folder;
    Process _process;

    PgBouncer(string program, Process process, string folder, int port)
    {
        _program = program;
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What PgBouncer logged so far.</summary>
    public string Log => File.Exists(Path.Combine(_folder, "log")) ? File.ReadAllText(Path.Combine(_folder, "log")) : "";

    /// <summary>
    /// A PgBouncer that keeps prepared statements in transaction pooling (1.21 or later): the installed one, or what tools/build-debian-sources.sh
    /// built. Null when there is none.
    /// </summary>
    public static Task<string?> FindPreparingAsync() => Preparing.Value;

    static readonly Lazy<Task<string?>> Preparing = new(SearchPreparingAsync);

    static async Task<string?> SearchPreparingAsync()
    {
        foreach (var program in new[] { Command.Find("pgbouncer"), Repository.File("artifacts", "pgbouncer", "bin", "pgbouncer") })
        {
            if (File.Exists(program) && await VersionOfAsync(program) >= PreparesSince)
            {
                return program;
            }
        }

        return null;
    }

    /// <summary>The first version that keeps prepared statements in transaction pooling.</summary>
    public static Version PreparesSince { get; } = new(1, 21);

    /// <summary>The version a program says it has.</summary>
    public static async Task<Version> VersionOfAsync(string program) =>
        Version.Parse((await Command.RunAsync(program, ["--version"])).Split('\n')[0].Split(' ')[1]);

    /// <summary>Starts PgBouncer in front of every database of the cluster.</summary>
    /// <param name="settings">Settings of the section <c>[pgbouncer]</c> besides or instead of the usual ones.</param>
    /// <param name="users">Database users that may connect besides <c>postgres</c> and <c>authenticator</c>.</param>
    public static Task<PgBouncer> StartNewAsync(PostgresCluster cluster, IReadOnlyDictionary<string, string>? settings = null,
        params string[] users) =>
        StartNewAsync(Command.Find("pgbouncer") ?? throw new InvalidOperationException("pgbouncer is not installed"), cluster, settings, users);

    /// <param name="program">Path of the pgbouncer to start.</param>
    public static Task<PgBouncer> StartNewAsync(
        string program, PostgresCluster cluster, IReadOnlyDictionary<string, string>? settings = null, params string[] users) =>
        StartNewAsync(program, cluster, settings ?? new Dictionary<string, string>(), users.ToDictionary(static user => user, static _ => ""));

    /// <param name="passwords">Of users besides or instead of <c>postgres</c> and <c>authenticator</c>; they count where <c>auth_type</c> asks for them.</param>
    public static async Task<PgBouncer> StartNewAsync(
        string program, PostgresCluster cluster, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> passwords)
    {
        var folder = await Command.CreateFolderAsync("autorest-pgbouncer-");
        var port = settings.TryGetValue("listen_port", out var chosen)
            ? int.Parse(chosen, CultureInfo.InvariantCulture)
            : Ports.Free();
        var all = new Dictionary<string, string>
        {
            ["listen_addr"] = "127.0.0.1",
            ["listen_port"] = port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_dir"] = folder,
            ["logfile"] = Path.Combine(folder, "log"),
            ["auth_type"] = "trust",
            ["auth_file"] = Path.Combine(folder, "users"),
            ["admin_users"] = "postgres",
            ["pool_mode"] = "transaction",
            ["default_pool_size"] = "8",
            ["max_client_conn"] = "200",
            ["ignore_startup_parameters"] = "extra_float_digits",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }
        await File.WriteAllLinesAsync(Path.Combine(folder, "users"),
            new Dictionary<string, string> { ["postgres"] = "", ["authenticator"] = "" }.Where(user => !passwords.ContainsKey(user.Key)).Concat(passwords)
                .Select(static user => $"\"{user.Key.Replace("\"", "\"\"", StringComparison.Ordinal)}\" \"{user.Value}\""));
        await File.WriteAllLinesAsync(Path.Combine(folder, "ini"),
            ["[databases]", $"* = host=127.0.0.1 port={cluster.Port}", "[pgbouncer]", .. all.Select(s => $"{s.Key} = {s.Value}")]);

        var bouncer = new PgBouncer(program, Launch(program, folder, "-q"), folder, port);
        AppDomain.CurrentDomain.ProcessExit += bouncer.Kill;
        try
        {
            await bouncer.WaitUntilItListensAsync();
            return bouncer;
        }
        catch
        {
            await bouncer.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection URI through PgBouncer, as <c>PGRST_DB_URI</c> takes it.</summary>
    public string Uri(string database, string user = "authenticator") =>
        $"postgresql://{System.Uri.EscapeDataString(user)}@127.0.0.1:{Port}/{System.Uri.EscapeDataString(database)}";

    /// <summary>Runs a command of the admin console (<c>SHOW STATS</c>, <c>PAUSE</c>, <c>RECONNECT</c>); each row by its column names.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> ExecuteAdminAsync(string command)
    {
        // psql, because the console speaks only the simple protocol, which Npgsql does not offer.
        var psql = Command.Find("psql") ?? throw new InvalidOperationException("psql is not installed");
        var output = await Command.RunAsync(psql,
            ["-X", "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", "pgbouncer",
                "-A", "-F", "\u001f", "-P", "footer=off", "-c", command]);
        var rows = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\u001f')).ToArray();
        return [.. rows.Skip(1).Where(row => row.Length == rows[0].Length)
            .Select(row => rows[0].Zip(row).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    /// <summary>Ends PgBouncer, so that every connection breaks, and starts it again on the same port after a time.</summary>
    /// <param name="how"><see cref="UnixSignal.Terminate"/> ends it at once, <see cref="UnixSignal.Interrupt"/> when the statements under way have ended.</param>
    public async Task RestartAsync(UnixSignal how, TimeSpan pause)
    {
        await EndAsync(how);
        await Task.Delay(pause);
        _process = Launch(_program, _folder, "-q");
        await WaitUntilItListensAsync();
    }

    /// <summary>Starts a second PgBouncer that takes over the sockets of the first, which ends (<c>pgbouncer -R</c>).</summary>
    public async Task TakeOverAsync()
    {
        var old = _process;
        _process = Launch(_program, _folder, "-q", "-R");
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await old.WaitForExitAsync(timeout.Token);
        old.Dispose();
        await WaitUntilItListensAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        await EndAsync(UnixSignal.Terminate);
        Directory.Delete(_folder, recursive: true);
    }

    static Process Launch(string program, string folder, params string[] options)
    {
        var (file, arguments) = Command.Unprivileged(program, [.. options, Path.Combine(folder, "ini")]);
        return Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder })
            ?? throw new InvalidOperationException("pgbouncer did not start");
    }

    async Task EndAsync(UnixSignal signal)
    {
        Command.Signal(_process.Id, signal);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    async Task WaitUntilItListensAsync()
    {
        for (var i = 0; i < 200; i++)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"pgbouncer ended with exit code {_process.ExitCode}:\n{Log}");
            }
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
        throw new TimeoutException("pgbouncer does not listen:\n" + Log);
    }

    void Kill(object? sender, EventArgs e) => Command.Signal(_process.Id, UnixSignal.Kill);
}
