using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;

namespace AutoRest.Proxy.Tests;

/// <summary>The proxy itself, in this process, on a free loopback port, and a client that may say any host name.</summary>
sealed class RunningProxy : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });

    RunningProxy(WebApplication app) => _app = app;

    public static async Task<RunningProxy> Start(params string[] settings)
    {
        var app = ProxyHost.Build(["--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", "--Logging:LogLevel:AutoRest.Proxy=None",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=None", "--Logging:LogLevel:Yarp.ReverseProxy.Health=None",
            "--Logging:LogLevel:Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor=None", "--Status:Host=status.localhost", .. settings]);
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

    /// <summary>The first of them.</summary>
    public Uri Address => new(_app.Urls.First());

    public IServiceProvider Services => _app.Services;

    public async Task<(HttpResponseMessage Response, string Body)> Send(string host, string path = "/", HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, _app.Urls.First() + path);
        request.Headers.Host = host;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await _client.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    public async Task<string> Post(string host, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _app.Urls.First()) { Content = new ByteArrayContent(body) };
        request.Headers.Host = host;
        using var response = await _client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>The answer as soon as its head is there.</summary>
    public async Task<HttpResponseMessage> Open(string host, string path = "/", CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _app.Urls.First() + path);
        request.Headers.Host = host;
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public async Task<TcpClient> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Address.Port);
        return client;
    }

    /// <summary>Sends these bytes and gives everything that comes until the connection ends.</summary>
    public async Task<string> Raw(string request)
    {
        using var client = await Connect();
        await client.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }

    public async Task<HttpStatusCode> PostJson(string host, string path, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _app.Urls.First() + path) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Host = host;
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
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
