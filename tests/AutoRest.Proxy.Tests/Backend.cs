using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AutoRest.Proxy.Tests;

/// <summary>A real HTTP server on a free loopback port that tells what it was sent. Its health is a switch.</summary>
sealed class Backend : IAsyncDisposable
{
    readonly WebApplication _app;
    int _requests;

    Backend(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public int Port => new Uri(Address).Port;

    public bool Healthy { get; set; } = true;

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<Backend> Start(string name, RequestDelegate? answer = null, int port = 0, System.Text.Encoding? encoding = null, int requestLine = 8192)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.RequestHeaderEncodingSelector = _ => encoding;
            kestrel.ResponseHeaderEncodingSelector = _ => encoding;
            kestrel.Limits.MaxRequestLineSize = requestLine;
            kestrel.Limits.MaxRequestBufferSize = Math.Max(1 << 20, requestLine * 2);
        });
        var backend = new Backend(builder.Build());
        backend._app.UseWebSockets();
        backend._app.Run(async context =>
        {
            if (context.Request.Path == "/ready")
            {
                context.Response.StatusCode = backend.Healthy ? 200 : 503;
                return;
            }

            Interlocked.Increment(ref backend._requests);
            if (answer is not null)
            {
                await answer(context);
                return;
            }

            context.Response.Headers["X-Backend"] = name;
            var headers = context.Request.Headers;
            await context.Response.WriteAsync(
                $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\nHost={context.Request.Host}\nFor={headers["X-Forwarded-For"]}\nProto={headers["X-Forwarded-Proto"]}\nForwardedHost={headers["X-Forwarded-Host"]}");
        });
        await backend._app.StartAsync();
        return backend;
    }

    /// <summary>Tells those of the named headers that it got, one a line.</summary>
    public static Task<Backend> Echo(params string[] headers) => Start("echo", async context =>
    {
        foreach (var name in headers.Where(context.Request.Headers.ContainsKey))
        {
            await context.Response.WriteAsync($"{name}={context.Request.Headers[name]}\n");
        }
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
