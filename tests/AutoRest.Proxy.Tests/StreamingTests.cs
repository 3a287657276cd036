using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace AutoRest.Proxy.Tests;

public class StreamingTests
{
    [Fact]
    public async Task First_byte_of_an_answer_passes_before_the_last_is_written()
    {
        using var go = new SemaphoreSlim(0);
        await using var api = await Backend.Start("api", async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await go.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("last");
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        using var response = await proxy.Open("api.localhost");
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[5];
        await body.ReadExactlyAsync(buffer);
        Assert.Equal("first", Encoding.ASCII.GetString(buffer));

        go.Release();
        using var rest = new StreamReader(body);
        Assert.Equal("last", await rest.ReadToEndAsync());
    }

    [Fact]
    public async Task Head_of_an_event_stream_passes_before_its_first_event()
    {
        using var go = new SemaphoreSlim(0);
        await using var api = await Backend.Start("api", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            await go.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("data: 1\n\n");
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        using var response = await proxy.Open("api.localhost");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);

        go.Release();
        Assert.Equal("data: 1\n\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Beginning_of_a_body_reaches_the_server_before_the_last_is_sent()
    {
        var arrived = new TaskCompletionSource<string>();
        await using var api = await Backend.Start("api", async context =>
        {
            var buffer = new byte[5];
            await context.Request.Body.ReadExactlyAsync(buffer);
            arrived.SetResult(Encoding.ASCII.GetString(buffer));
            await context.Request.Body.CopyToAsync(Stream.Null);
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));
        using var client = await proxy.Connect();
        // More than the 4 KiB that are gathered on the way to the server.
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: api.localhost\r\nContent-Length: 100000\r\n\r\nfirst" + new string('x', 50_000)));

        Assert.Equal("first", await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Client_that_leaves_ends_its_request_at_the_server()
    {
        var left = new TaskCompletionSource();
        await using var api = await Backend.Start("api", async context =>
        {
            context.RequestAborted.Register(left.SetResult);
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await left.Task;
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        (await proxy.Open("api.localhost")).Dispose();

        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Client_that_leaves_before_the_answer_ends_its_request_at_the_server()
    {
        var came = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var api = await Backend.Start("api", async context =>
        {
            context.RequestAborted.Register(left.SetResult);
            came.SetResult();
            await left.Task;
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));
        using var cancel = new CancellationTokenSource();
        var asking = proxy.Open("api.localhost", cancel: cancel.Token);
        await came.Task;

        await cancel.CancelAsync();

        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(1, api.Requests);
    }

    [Fact]
    public async Task WebSocket_passes_both_ways_with_its_sub_protocol()
    {
        await using var api = await Backend.Start("api", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            var buffer = new byte[100];
            while (true)
            {
                var message = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (message.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, message.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            }
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("chat");
        socket.Options.SetRequestHeader("Host", "api.localhost");
        await socket.ConnectAsync(new UriBuilder(proxy.Address) { Scheme = "ws" }.Uri, CancellationToken.None);

        Assert.Equal("chat", socket.SubProtocol);
        foreach (var text in new[] { "one", "two" })
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            var buffer = new byte[100];
            var message = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            Assert.Equal(text, Encoding.ASCII.GetString(buffer, 0, message.Count));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
        Assert.Equal("bye", socket.CloseStatusDescription);
    }
}
