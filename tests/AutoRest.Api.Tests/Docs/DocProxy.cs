using System.Diagnostics;
using System.Net.Sockets;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Docs;

/// <summary>The proxy in front of a page's server, with the tenants of an example.</summary>
sealed class DocProxy : IAsyncDisposable
{
    /// <summary>The host name in the example's table.</summary>
    const string Host = "*.api.localhost";

    readonly Process _process;

    DocProxy(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <param name="settings">The example's file.</param>
    public static async Task<DocProxy> StartAsync(string settings, Uri server)
    {
        var port = Ports.Free();
        var start = new ProcessStartInfo("dotnet",
            [Repository.Output("proxy", "autorest-proxy.dll"), $"--Urls=http://127.0.0.1:{port}", $"--Settings={settings}", $"--Hosts:{Host}:Destinations:0={server}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var proxy = new DocProxy(Process.Start(start)!, port);
        var said = proxy._process.StandardError.ReadToEndAsync();
        _ = proxy._process.StandardOutput.ReadToEndAsync();
        AppDomain.CurrentDomain.ProcessExit += proxy.Kill;
        for (var i = 0; i < 400; i++)
        {
            if (proxy._process.HasExited)
            {
                throw new InvalidOperationException("the proxy ended: " + await said);
            }

            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return proxy;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        await proxy.DisposeAsync();
        throw new TimeoutException("the proxy does not listen");
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    void Kill(object? sender, EventArgs e) => Command.Signal(_process.Id, UnixSignal.Kill);
}
