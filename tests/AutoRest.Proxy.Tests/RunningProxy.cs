using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;

namespace AutoRest.Proxy.Tests;

/// <summary>The proxy itself, in this process, on a free loopback port, and a client that may say any host name.</summary>
sealed class RunningProxy : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly HttpClient _client = new();

    RunningProxy(WebApplication app) => _app = app;

    public static async Task<RunningProxy> Start(params string[] settings)
    {
        var app = ProxyHost.Build(["--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", "--Logging:LogLevel:AutoRest.Proxy=None", .. settings]);
        await app.StartAsync();
        return new RunningProxy(app);
    }

    /// <summary>Arguments of a host row whose servers are probed every 100 ms.</summary>
    public static string[] Row(string host, params Backend[] backends) =>
    [
        .. backends.Select((backend, i) => $"--Hosts:{host}:Destinations:{i}={backend.Address}"),
        $"--Hosts:{host}:Health:Path=/ready", $"--Hosts:{host}:Health:Interval=00:00:00.100", $"--Hosts:{host}:Health:Timeout=00:00:01",
        // The table in appsettings.json probes port 3001: here the backends answer on their own port.
        $"--Hosts:{host}:Health:Port=",
    ];

    public async Task<(HttpResponseMessage Response, string Body)> Send(string host, string path = "/", HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, _app.Urls.Single() + path);
        request.Headers.Host = host;
        var response = await _client.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    public async Task<string> Post(string host, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _app.Urls.Single()) { Content = new ByteArrayContent(body) };
        request.Headers.Host = host;
        using var response = await _client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Asks until the answer has that status: health checks take their time, but not for ever.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> SendUntil(string host, HttpStatusCode expected)
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (true)
        {
            var answer = await Send(host);
            if (answer.Response.StatusCode == expected || DateTime.UtcNow > deadline)
            {
                return answer;
            }

            await Task.Delay(50);
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}
