using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli;

/// <summary>A server on loopback for one question: only its own program knows what it would answer.</summary>
sealed class MomentaryServer : IAsyncDisposable
{
    /// <summary>The settings its description depends on; all others stay outside, those of the database, too.</summary>
    static readonly string[] Taken =
    [
        "PGRST_DB_SCHEMAS", "PGRST_DB_ANON_ROLE", "PGRST_DB_EXTRA_SEARCH_PATH", "PGRST_DB_TX_END", "PGRST_OPENAPI_MODE", "PGRST_OPENAPI_SECURITY_ACTIVE",
        "PGRST_OPENAPI_SERVER_PROXY_URI",
    ];

    readonly Process _process;
    readonly ConcurrentQueue<string> _log = new();
    readonly Uri _address;
    readonly string _secret;

    MomentaryServer(Process process, Uri address, string secret)
    {
        _process = process;
        _address = address;
        _secret = secret;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <param name="databaseUri">As for the server.</param>
    /// <param name="url">Where clients will reach it; <see langword="null"/>: as configured, else where a server listens by default.</param>
    public static MomentaryServer Start(Project project, string databaseUri, string? url)
    {
        var command = project.Program("autorest-server", "src/AutoRest.Server", "AUTOREST_SERVER");
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        var port = FreePort();
        // Of this process only, so that its tokens are good for nothing else.
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        start.Environment["PGRST_DB_URI"] = databaseUri;
        start.Environment["PGRST_SERVER_HOST"] = "127.0.0.1";
        start.Environment["PGRST_SERVER_PORT"] = $"{port}";
        start.Environment["PGRST_JWT_SECRET"] = secret;
        start.Environment["PGRST_DB_CONFIG"] = "false";
        start.Environment["PGRST_DB_CHANNEL_ENABLED"] = "false";
        start.Environment["PGRST_DB_POOL"] = "1";
        if (url is not null)
        {
            start.Environment["PGRST_OPENAPI_SERVER_PROXY_URI"] = url;
        }
        else
        {
            start.Environment.TryAdd("PGRST_OPENAPI_SERVER_PROXY_URI", "http://localhost:3000");
        }

        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new(process, new Uri($"http://127.0.0.1:{port}/"), secret);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CliError($"The server could not be started ({e.Message}): check that {command[0]} can be run.");
        }
    }

    public async Task<string> Describe(WantedDescription wanted, CancellationToken cancel)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(60);)
        {
            if (_process.HasExited)
            {
                // Lets the last lines arrive.
                await _process.WaitForExitAsync(cancel);
                throw new CliError("The server for the description ended at once: check --db-uri, PGRST_DB_SCHEMAS, and that PostgreSQL runs.", [.. _log.TakeLast(5)]);
            }

            if (await ApiDescription.Ask(_address, wanted, _secret, cancel) is { } text)
            {
                return text;
            }

            await Task.Delay(50, cancel);
        }

        throw new CliError("The database could not be read within 60 seconds: check --db-uri, PGRST_DB_SCHEMAS, and that PostgreSQL runs.", [.. _log.TakeLast(5)]);
    }

    static bool IsSetting(string name) =>
        !Taken.Contains(name) && (name.StartsWith("PGRST_", StringComparison.Ordinal) || name.StartsWith("AUTOREST_", StringComparison.Ordinal)
            || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal));

    static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { Length: > 0 } text)
        {
            _log.Enqueue(text);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
