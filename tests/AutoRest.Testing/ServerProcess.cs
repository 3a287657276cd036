using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AutoRest.Testing;

/// <summary>The built server as a process of its own, configured by <c>PGRST_*</c> variables only.</summary>
/// <remarks>
/// <c>AUTOREST_SERVER_COMMAND</c> replaces the command line, for example by the native executable or by another server that speaks
/// the same contract; its words are separated by spaces.
/// </remarks>
public sealed class ServerProcess : IAsyncDisposable
{
    readonly Process _process;
    readonly StringBuilder _output = new();

    ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Only after the process has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>What the server wrote to standard output and standard error so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Runs the server's program to its end, for the commands of its command line.</summary>
    public static Task<CommandResult> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? settings = null)
    {
        var (program, own) = CommandLine();
        // An empty value counts as set: the tester's own settings must be gone, which `env -u` sees to.
        var foreign = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsForeign).SelectMany(name => new[] { "-u", name });
        return Command.TryRunAsync("env", [.. foreign, program, .. own, .. arguments], environment: settings);
    }

    /// <summary>Starts the server.</summary>
    /// <param name="databaseUri">The value of <c>PGRST_DB_URI</c>: <see cref="PostgresCluster.Uri"/> or <see cref="PgBouncer.Uri"/>.</param>
    /// <param name="settings">Further <c>PGRST_*</c> variables; they win over the ones set here.</param>
    /// <param name="waitUntilReady">Return only when <c>GET /</c> answers something other than 503.</param>
    /// <param name="executable">Another server than the built one.</param>
    /// <exception cref="InvalidOperationException">The server ended, or was not ready in time; the message holds its output.</exception>
    public static async Task<ServerProcess> StartAsync(string databaseUri, IReadOnlyDictionary<string, string>? settings = null,
        bool waitUntilReady = true, string? executable = null)
    {
        var port = Ports.Free();
        var (program, arguments) = executable is null ? CommandLine() : (executable, []);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The tester's own settings must not reach the server under test.
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToArray())
        {
            start.Environment.Remove(name);
        }
        start.Environment["PGRST_DB_URI"] = databaseUri;
        start.Environment["PGRST_SERVER_HOST"] = "127.0.0.1";
        start.Environment["PGRST_SERVER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var server = new ServerProcess(process, port);
        AppDomain.CurrentDomain.ProcessExit += server.Kill;
        process.StandardInput.Close();
        process.OutputDataReceived += server.Capture;
        process.ErrorDataReceived += server.Capture;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            if (waitUntilReady)
            {
                await server.WaitUntilReadyAsync();
            }
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until <c>GET /</c> answers something other than 503.</summary>
    public async Task WaitUntilReadyAsync(TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(90);
        var clock = Stopwatch.StartNew();
        var last = "no answer";
        while (clock.Elapsed < limit)
        {
            if (_process.HasExited)
            {
                // Lets the last lines arrive.
                await _process.WaitForExitAsync();
                throw new InvalidOperationException($"the server ended with exit code {_process.ExitCode}:\n{Output}");
            }
            try
            {
                var answer = await SendAsync(new("GET", "/"));
                if (answer.Status != 503)
                {
                    return;
                }
                last = answer.Text;
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                // Not listening yet, mostly.
                last = e.Message;
            }
            await Task.Delay(50);
        }
        throw new InvalidOperationException($"the server was not ready after {limit.TotalSeconds} s: {last}\n{Output}");
    }

    /// <summary>Sends one request on a connection of its own.</summary>
    public Task<RawResponse> SendAsync(RawRequest request, CancellationToken cancellationToken = default) =>
        RawHttp.SendAsync(Port, request, cancellationToken);

    public void Signal(UnixSignal signal) => Command.Signal(_process.Id, signal);

    /// <summary>Asks the server to end (SIGTERM), kills it after ten seconds, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            Signal(UnixSignal.Terminate);
        }
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        _process.Dispose();
    }

    static bool IsForeign(string name) =>
        name.StartsWith("PGRST_", StringComparison.Ordinal) || name.StartsWith("PG", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal);

    static (string Program, string[] Arguments) CommandLine()
    {
        if (Environment.GetEnvironmentVariable("AUTOREST_SERVER_COMMAND") is { Length: > 0 } command)
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (words[0], words[1..]);
        }
        var assembly = Repository.Output("src/AutoRest.Server", "autorest-server.dll");
        return File.Exists(assembly)
            ? ("dotnet", [assembly])
            : throw new InvalidOperationException($"{assembly} is missing: build src/AutoRest.Server in configuration {Repository.Configuration}");
    }

    void Capture(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }

    void Kill(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            Signal(UnixSignal.Kill);
        }
    }
}
