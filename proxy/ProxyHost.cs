using System.Net.Sockets;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace AutoRest.Proxy;

/// <summary>Builds the web application: the host table's routes, and a clear answer for everything they cannot serve.</summary>
public static class ProxyHost
{
    /// <summary>Default address when neither <c>Urls</c> nor an argument names one: loopback only.</summary>
    const string DefaultUrls = "http://localhost:8080";

    /// <summary>Builds the proxy from <c>appsettings.json</c>, the environment and <paramref name="args"/>, later ones winning.</summary>
    /// <exception cref="HostTableException">The host table cannot be used.</exception>
    public static WebApplication Build(string[] args)
    {
        // The settings lie beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        if (string.IsNullOrEmpty(builder.Configuration["Urls"]))
        {
            builder.WebHost.UseUrls(DefaultUrls);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The server behind decides how much it takes: a limit here would answer a bulk insert before the server sees it.
            kestrel.Limits.MaxRequestBodySize = null;
        });

        var (routes, clusters) = HostRoutes.From(HostTable.Read(builder.Configuration));
        builder.Services.AddReverseProxy().LoadFromMemory(routes, clusters);

        var app = builder.Build();
        ReloadOnChange(app);
        app.MapReverseProxy(pipeline =>
        {
            pipeline.Use(AnswerFailures);
            pipeline.Use(TryTheOthers);
            pipeline.UseSessionAffinity();
            pipeline.UseLoadBalancing();
        });
        app.MapFallback(context => ProxyError.UnknownHost(context.Request.Host.Host).Write(context));
        return app;
    }

    // YARP leaves the body empty when it cannot forward. A 5xx that the server itself answered passes untouched.
    static async Task AnswerFailures(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var host = context.Request.Host.Host;
        var error = context.Features.Get<IForwarderErrorFeature>()?.Error;
        var answer = (context.Response.StatusCode, error) switch
        {
            (503, ForwarderError.NoAvailableDestinations) => ProxyError.Unavailable(host),
            (503, null) when context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination is null => ProxyError.Unavailable(host),
            (504, not null) => ProxyError.GatewayTimeout(host),
            (502, not null) => ProxyError.BadGateway(host),
            _ => null,
        };
        if (answer is not null)
        {
            await answer.Write(context);
        }
    }

    // Between a server's end and the next health check, its connections are refused. Nothing of the request was sent then, not even of a
    // body, so another server may have it, whatever the method. A connection that broke later is no such case: the work may be done.
    static async Task TryTheOthers(HttpContext context, RequestDelegate next)
    {
        var proxied = context.GetReverseProxyFeature();
        // Kept: load balancing replaces it by the one it chose.
        var rest = proxied.AvailableDestinations;
        await next(context);
        while (rest.Count > 1 && WasRefused(context) && !context.Response.HasStarted)
        {
            proxied.AvailableDestinations = rest = [.. rest.Where(destination => destination != proxied.ProxiedDestination)];
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.Clear();
            await next(context);
        }
    }

    static bool WasRefused(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>()?.Exception is HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };

    // A saved appsettings.json takes effect at once; a broken one is logged and the old routes stay.
    static void ReloadOnChange(WebApplication app)
    {
        var routes = app.Services.GetRequiredService<InMemoryConfigProvider>();
        ChangeToken.OnChange(((IConfiguration)app.Configuration).GetReloadToken, () =>
        {
            try
            {
                var (changedRoutes, changedClusters) = HostRoutes.From(HostTable.Read(app.Configuration));
                routes.Update(changedRoutes, changedClusters);
                ProxyLog.TableReloaded(app.Logger, changedRoutes.Count);
            }
            catch (Exception e) when (e is HostTableException or InvalidOperationException)
            {
                ProxyLog.TableRefused(app.Logger, e.Message);
            }
        });
    }
}
