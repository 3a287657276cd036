using System.Net;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class TelemetryTests(OperationCluster shared)
{
    [Fact]
    public async Task Spans_reach_a_collector_with_the_route_the_statement_and_the_callers_trace()
    {
        var port = Ports.Free();
        using var collector = new HttpListener();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var received = new System.Collections.Concurrent.ConcurrentDictionary<string, byte[]>();
        var collecting = CollectAsync(collector, received);

        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("AUTOREST_OTEL_ENDPOINT", $"http://127.0.0.1:{port}"));
        await server.Process.SendAsync(new RawRequest("GET", "/items?name=eq.confidential")
            .WithHeader("traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"));

        // What is not sent yet is sent at the end.
        Assert.Equal(0, await server.Process.StopAsync());
        collector.Stop();
        await collecting;
        var traces = received["/v1/traces"];
        var text = Encoding.UTF8.GetString(traces);
        Assert.Contains("GET /{relation}", text, StringComparison.Ordinal);
        Assert.Contains("http.route", text, StringComparison.Ordinal);
        Assert.Contains("\"items\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", text, StringComparison.Ordinal);
        Assert.True(traces.AsSpan().IndexOf(Convert.FromHexString("0123456789abcdef0123456789abcdef")) > 0, "the caller's trace");
        Assert.Contains("http.server.request.duration", Encoding.UTF8.GetString(received["/v1/metrics"]), StringComparison.Ordinal);
    }

    static async Task CollectAsync(HttpListener collector, System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> received)
    {
        while (collector.IsListening)
        {
            try
            {
                var exchange = await collector.GetContextAsync();
                using var body = new MemoryStream();
                await exchange.Request.InputStream.CopyToAsync(body);
                received.AddOrUpdate(exchange.Request.Url!.AbsolutePath, body.ToArray(), (_, before) => [.. before, .. body.ToArray()]);
                exchange.Response.StatusCode = 200;
                exchange.Response.ContentType = "application/x-protobuf";
                exchange.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
