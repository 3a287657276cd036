using System.Net;
using System.Text;
using AutoRest.Server.Admin;
using AutoRest.Server.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AutoRest.Server;

/// <summary>Kestrel without anything on top: no routing, no container services, no framework configuration.</summary>
static class WebServer
{
    /// <summary>Longest request line: long lists in filters are ordinary, unbounded ones are an attack.</summary>
    const int MaxRequestLine = 2 * 1024 * 1024;

    const int MaxHeaders = 50 * 1024;

    public static WebApplication CreateApi(AppConfig config, RestHandler handler)
    {
        var app = Create(config.ServerHost, config.ServerPort, config.ServerUnixSocket, config.MaxBodySize);
        app.Run(handler.HandleAsync);
        return app;
    }

    public static WebApplication? CreateAdmin(AppConfig config, AdminEndpoints endpoints)
    {
        if (config.AdminServerPort is null && config.AdminServerUnixSocket is null)
        {
            return null;
        }

        var app = Create(config.AdminServerHost ?? config.ServerHost, config.AdminServerPort ?? 0, config.AdminServerUnixSocket, 0);
        app.Run(endpoints.HandleAsync);
        return app;
    }

    /// <summary>Where a started server listens, with its real port.</summary>
    public static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?.Replace("http://", "", StringComparison.Ordinal) ?? "";

    static WebApplication Create(string host, int port, string? unixSocket, long maxBody)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
            kestrel.Limits.MaxRequestBufferSize = MaxRequestLine * 2;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaders;
            kestrel.Limits.MaxRequestBodySize = maxBody;

            // Header values are UTF-8 on the wire: a relation's name in Content-Location, a claim in a custom header.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.UTF8;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;

            // A slow reader is the reason responses stream; it is not an attack.
            kestrel.Limits.MinResponseDataRate = null;
            Listen(kestrel, host, port, unixSocket);
        });

        // Requests under way finish, however long they take.
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        return builder.Build();
    }

    static void Listen(KestrelServerOptions kestrel, string host, int port, string? unixSocket)
    {
        if (unixSocket is not null)
        {
            kestrel.ListenUnixSocket(unixSocket);
            return;
        }

        switch (host)
        {
            case "*" or "*4" or "*6" or "!6":
                kestrel.Listen(IPAddress.IPv6Any, port);
                break;
            case "!4":
                kestrel.Listen(IPAddress.Any, port);
                break;
            default:
                var address = IPAddress.TryParse(host, out var literal) ? literal : Dns.GetHostAddresses(host)[0];
                kestrel.Listen(address, port);
                break;
        }
    }
}
