using System.Net;
using System.Net.Sockets;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace AutoRest.Proxy;

/// <summary>Connections and requests to the servers.</summary>
sealed class Outgoing : ForwarderHttpClientFactory
{
    /// <summary>How long a connection may take to be made: servers are near.</summary>
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>The tenant's header, after the transforms of the route, and the head of event streams as soon as it is there.</summary>
    public static void AddTransforms(TransformBuilderContext route)
    {
        route.AddRequestTransform(static request =>
        {
            if (Tenancy.Header(request.HttpContext) is { } tenant)
            {
                request.ProxyRequest.Headers.Remove(tenant.Key);
                request.ProxyRequest.Headers.TryAddWithoutValidation(tenant.Key, tenant.Value);
            }

            return ValueTask.CompletedTask;
        });
        // Elsewhere the head goes out with the first bytes of the body; the first event may be long in coming, and the client wants to know that it is connected.
        route.AddResponseTransform(static async response =>
        {
            if (response.ProxyResponse?.Content.Headers.ContentType?.MediaType == "text/event-stream")
            {
                await response.HttpContext.Response.Body.FlushAsync(response.HttpContext.RequestAborted);
            }
        });
    }

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectCallback = Connect;
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new SendOnce { InnerHandler = base.WrapHandler(context, handler) };

    // Not ConnectTimeout of the handler: what it throws cannot be told from a slow answer.
    static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, timeout.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The client of .NET silently sends a request without body again when a kept connection ends before the answer. The server may have done its work
    /// by then: a DELETE or a call must not be done twice. What has a body, even an empty one, is sent once.
    /// </summary>
    sealed class SendOnce : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is null && !Failover.IsSafe(request.Method.Method))
            {
                request.Content = new ByteArrayContent([]);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
