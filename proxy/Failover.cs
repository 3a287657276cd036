using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace AutoRest.Proxy;

/// <summary>What happens between a server's end and the next health check.</summary>
static class Failover
{
    /// <summary>Methods that change nothing and so may be sent again. RFC 9110 §9.2.1.</summary>
    public static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>
    /// 1. Goes on to each of the servers while connections cannot be made: nothing was sent yet, whatever the method. 2. Sends a safe request once more when
    /// the connection broke before the answer began, and not twice, because it may be the request that ends servers. Other methods are never sent again.
    /// </summary>
    public static async Task TryTheOthers(HttpContext context, RequestDelegate next)
    {
        var proxied = context.GetReverseProxyFeature();
        // Kept: load balancing replaces it by the one it chose.
        var rest = proxied.AvailableDestinations;
        await next(context);
        for (var broken = 0; rest.Count > 1 && MayGoOn(context) && (WasNotConnected(context) || (MayBeSentAgain(context) && broken++ == 0));)
        {
            proxied.AvailableDestinations = rest = [.. rest.Where(destination => destination != proxied.ProxiedDestination)];
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.Clear();
            await next(context);
        }
    }

    /// <summary>No connection to the server could be made: it has seen nothing of the request.</summary>
    public static bool WasNotConnected(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.Request, Exception: HttpRequestException e }
        && (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            || e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused });

    // The body is not read before there is a connection to send it on, and it is read once.
    static bool MayGoOn(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.Request }
        && !context.Response.HasStarted
        && !context.RequestAborted.IsCancellationRequested;

    static bool MayBeSentAgain(HttpContext context) =>
        IsSafe(context.Request.Method) && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };
}

/// <summary>
/// A passive health check: a server to which no connection can be made gets no requests for a while. An answer that breaks off says nothing about the
/// server, which ends the connection when a result fails half way.
/// </summary>
sealed class PauseAfterFailedConnection(IDestinationHealthUpdater health) : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "PauseAfterFailedConnection";

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        if (Failover.WasNotConnected(context))
        {
            var pause = cluster.Model.Config.HealthCheck?.Passive?.ReactivationPeriod ?? new HostEntry().Pause;
            health.SetPassive(cluster, destination, DestinationHealth.Unhealthy, pause);
        }
    }
}
