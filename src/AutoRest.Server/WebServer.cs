using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRest.Server.Admin;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Observability;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AutoRest.Server;

/// <summary>Kestrel without anything on top: no routing, no container services, no framework configuration.</summary>
sealed class WebServer : IAsyncDisposable
{
    /// <summary>
    /// What the HTTP layer refuses by itself, with an empty body. More than <see cref="RequestHeadLimits"/> allows, so that a request that is somewhat too
    /// large gets an answer like any other.
    /// </summary>
    const int MaxRequestLine = RequestHeadLimits.MaxTarget + (64 * 1024);

    const int MaxHeaders = RequestHeadLimits.MaxHeaders + (78 * 1024);

    const int MaxHeaderCount = 500;

    /// <summary>Connections that are made faster than they are accepted wait here. contract/operations.md §11.</summary>
    const int Backlog = 2048;

    /// <summary>
    /// How long a process that shares its port still serves before it closes it: connections that are being made get through, and clients that ask again
    /// and again are told to come back on another connection.
    /// </summary>
    static readonly TimeSpan HandOver = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource _aborting = new();
    readonly WebApplication _app;
    readonly ListenAddress _address;
    volatile bool _isOpen;
    volatile bool _isClosing;

    WebServer(WebApplication app, ListenAddress address)
    {
        _app = app;
        _address = address;
    }

    /// <summary>Accepts connections, and can be reached.</summary>
    public bool IsLive => _isOpen && _address.IsReachable;

    /// <exception cref="ConfigException">The certificate cannot be read.</exception>
    public static WebServer CreateApi(AppConfig config, RestHandler handler, Func<Authenticator> authenticator, KestrelLog log)
    {
        var address = new ListenAddress(
            "server", config.ServerHost, config.ServerPort, config.ServerUnixSocket, config.ServerUnixSocketMode, config.ServerReuseport);
        var server = Create(
            config, address, config.MaxBodySize, Certificate(config), log, services => BearerHandler.AddTo(services, authenticator));
        server._app.Run(http =>
        {
            if (server._isClosing && HttpProtocol.IsHttp11(http.Request.Protocol))
            {
                http.Response.Headers.Connection = "close";
            }

            return handler.HandleAsync(http);
        });
        return server;
    }

    public static WebServer? CreateAdmin(AppConfig config, AdminEndpoints endpoints, KestrelLog log)
    {
        if (config.AdminServerPort is null && config.AdminServerUnixSocket is null)
        {
            return null;
        }

        var address = new ListenAddress(
            "admin-server", config.AdminServerHost ?? config.ServerHost, config.AdminServerPort ?? 0, config.AdminServerUnixSocket,
            config.AdminServerUnixSocketMode, reusePort: false);
        var server = Create(config, address, 0, null, log);
        server._app.Run(endpoints.HandleAsync);
        return server;
    }

    /// <summary>Binds and accepts.</summary>
    /// <returns>Where it listens.</returns>
    /// <exception cref="BindException">It cannot.</exception>
    public async Task<string> StartAsync()
    {
        await _app.StartAsync();
        _isOpen = true;
        return _address.Text;
    }

    /// <summary>
    /// Makes clients leave before the socket is closed: for a time everything is served, and every response ends its connection. A process that shares its
    /// port does so at least until no connection is left that was made but not accepted.
    /// </summary>
    public async Task CloseAsync(TimeSpan delay)
    {
        _isClosing = true;
        try
        {
            if (_isOpen)
            {
                await Task.Delay(delay, _aborting.Token);
                if (_address.RefuseNew())
                {
                    await Task.Delay(HandOver, _aborting.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nothing is waited for any more.
        }
    }

    /// <summary>Closes the socket, then waits for the requests under way, until their time is up or <see cref="Abort"/> is called.</summary>
    public async Task StopAsync()
    {
        _isClosing = true;
        _isOpen = false;
        try
        {
            await _app.StopAsync(_aborting.Token);
        }
        catch (OperationCanceledException)
        {
            // The time is up, and what was under way is cut off.
        }
    }

    /// <summary>Cuts off what is still under way.</summary>
    public void Abort() => _aborting.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _aborting.Dispose();
    }

    static WebServer Create(AppConfig config, ListenAddress address, long maxBody, X509Certificate2Collection? certificate, KestrelLog log, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
            kestrel.Limits.MaxRequestBufferSize = MaxRequestLine * 2;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaders;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaderCount;
            kestrel.Limits.MaxRequestBodySize = maxBody;

            // Header values are UTF-8 on the wire: a relation's name in Content-Location, a claim in a custom header.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.UTF8;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;

            // A slow reader is the reason responses stream; it is not an attack.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(address.Placeholder, listen => Configure(listen, config.HttpVersions, certificate));
        });
        builder.Logging.SetMinimumLevel(LogLevel.None).AddFilter("Microsoft.AspNetCore.Server", LogLevel.Warning).AddProvider(log);
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.Configure<SocketTransportOptions>(options =>
        {
            options.Backlog = Backlog;
            options.CreateBoundListenSocket = _ => address.Bind();
        });

        services?.Invoke(builder.Services);

        // Requests under way finish, however long they take, unless a setting says otherwise.
        var limit = config.ShutdownTimeout > 0 ? TimeSpan.FromSeconds(config.ShutdownTimeout) : Timeout.InfiniteTimeSpan;
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = limit);
        var app = builder.Build();

        // The host would put the middleware of a registered scheme before every request. The API authenticates by itself; who hosts endpoints beside it
        // adds UseAuthentication().
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        return new WebServer(app, address);
    }

    static void Configure(ListenOptions listen, HttpVersions versions, X509Certificate2Collection? certificate)
    {
        // Without TLS nothing negotiates: a port that took both would take HTTP/1.1 only, and warn about it.
        listen.Protocols = versions switch
        {
            HttpVersions.Http2 => HttpProtocols.Http2,
            HttpVersions.Http1And2 when certificate is not null => HttpProtocols.Http1AndHttp2,
            _ => HttpProtocols.Http1,
        };
        if (certificate is not null)
        {
            listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate[0], ServerCertificateChain = certificate });
        }
    }

    static X509Certificate2Collection? Certificate(AppConfig config)
    {
        if (config.TlsCertificate is not { } path)
        {
            return null;
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(path);
            var own = X509Certificate2.CreateFromPemFile(path, config.TlsKey ?? path);
            return [own, .. chain.Skip(1)];
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"ar-tls-certificate cannot be used: {error.Message}");
        }
    }
}
