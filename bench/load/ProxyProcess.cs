using System.Diagnostics;
using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>The hostname proxy in front of a server, as a process of its own.</summary>
sealed class ProxyProcess : IAsyncDisposable
{
    readonly Process _process;

    ProxyProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <param name="ready">A request that the server behind answers with 200.</param>
    public static async Task<ProxyProcess> StartAsync(int server, byte[] ready)
    {
        var port = Ports.Free();
        var assembly = Repository.Output("proxy", "autorest-proxy.dll");
        // The load names no host but the address.
        string[] arguments =
        [
            assembly, string.Create(CultureInfo.InvariantCulture, $"--Urls=http://127.0.0.1:{port}"),
            string.Create(CultureInfo.InvariantCulture, $"--Hosts:127.0.0.1:Destinations:0=http://127.0.0.1:{server}"),
        ];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = Path.GetDirectoryName(assembly),
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("the proxy did not start");
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var proxy = new ProxyProcess(process, port);
        for (var i = 0; i < 600 && !process.HasExited; i++)
        {
            if (MemoryRun.Answers(port, ready))
            {
                return proxy;
            }

            await Task.Delay(50);
        }

        await proxy.DisposeAsync();
        throw new InvalidOperationException("the proxy does not answer");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Command.Signal(_process.Id, UnixSignal.Terminate);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
