using System.Diagnostics;
using System.Net;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Observability;
using AutoRest.Server.Responses;
using Xunit;

namespace AutoRest.Server.Tests.Operating;

public sealed class OperationTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/?select=a/b", "/")]
    [InlineData("/items?x=eq.1", "/{relation}")]
    [InlineData("/rpc/f?a=1", "/rpc/{function}")]
    [InlineData("/rpc", "/{relation}")]
    [InlineData("/rpc/a/b", "other")]
    [InlineData("/a/b", "other")]
    [InlineData("*", "other")]
    [InlineData("", "/")]
    public void A_target_has_one_of_four_routes(string target, string route) => Assert.Equal(route, Metrics.TextOf(Metrics.RouteOf(target)));

    [Theory]
    [InlineData("/api/items", Route.Relation)]
    [InlineData("/api/rpc/f?x=1", Route.Function)]
    [InlineData("/api", Route.Root)]
    [InlineData("/api/", Route.Root)]
    [InlineData("/apis", Route.Relation)]
    public void A_base_path_is_no_part_of_the_route(string target, Route route)
    {
        Assert.Equal(route, Metrics.RouteOf(target, "/api"));
        Assert.Equal(route, Metrics.RouteOf(target, "/api/"));
    }

    [Fact]
    public void Durations_are_counted_in_the_bucket_whose_bound_they_do_not_exceed()
    {
        var metrics = new Metrics();
        var now = Stopwatch.GetTimestamp();
        metrics.RequestEnded(Route.Relation, "GET", 200, now - Stopwatch.Frequency, 10);
        metrics.RequestEnded(Route.Relation, "GET", 206, now - (Stopwatch.Frequency * 60), 5);
        metrics.RequestEnded(Route.Relation, "BREW", 418, now, 0);
        var series = metrics.Requests().ToArray();
        Assert.Equal([("/{relation}", "GET", "2xx"), ("/{relation}", "other", "4xx")], series.Select(s => (s.Route, s.Method, s.Status)));
        Assert.Equal(2, series[0].Series.Count);
        Assert.Equal(1, series[0].Series.Buckets[^1]);
        Assert.InRange(series[0].Series.Sum, 61, 62);
        Assert.Equal(1, series[1].Series.Count);
        Assert.Equal(15, metrics.ResponseBytes);
    }

    [Fact]
    public void Counting_a_request_allocates_nothing()
    {
        var metrics = new Metrics();
        metrics.RequestEnded(Route.Relation, "GET", 200, Stopwatch.GetTimestamp(), 10);
        const int Requests = 1000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
        {
            metrics.RequestEnded(Route.Relation, "GET", 200, 0, 10);
            Tracing.Measure("GET", Route.Relation, 200, 0);
        }

        // Less than a byte each: the runtime itself may allocate something in between, the smallest object per request would be 24 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Requests * 8);
    }

    [Theory]
    [InlineData("gzip, br", "br")]
    [InlineData("gzip;q=1.0, br;q=0", "gzip")]
    [InlineData("*", "br")]
    [InlineData("br;q=0, *", "gzip")]
    [InlineData("identity", null)]
    [InlineData("", null)]
    [InlineData("BR ; q=0.1", "br")]
    public void A_coding_is_chosen_that_the_client_accepts(string accept, string? coding) => Assert.Equal(coding, Compression.Choose(accept, ["br", "gzip"]));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("::1", "::1")]
    [InlineData("2001:db8::a0", "2001:db8:0:0:0:0:0:a0")]
    public void An_address_is_logged_without_gaps(string address, string text) => Assert.Equal(text, RestHandler.AddressText(IPAddress.Parse(address)));

    [Fact]
    public void A_client_without_an_address_is_logged_as_a_dash() => Assert.Equal("-", RestHandler.AddressText(null));

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void Addresses_of_one_client_share_a_rate(string one, string other, bool same) =>
        Assert.Equal(same, RequestLimits.KeyOf(IPAddress.Parse(one)) == RequestLimits.KeyOf(IPAddress.Parse(other)));

    [Fact]
    public void A_slot_refused_by_the_concurrency_limit_is_not_kept()
    {
        using var limits = new RequestLimits(new AppConfig { MaxConcurrentRequests = 1 }, new Metrics());
        var entered = limits.Enter(IPAddress.Loopback);
        Assert.Throws<ApiException>(() => limits.Enter(IPAddress.Loopback));
        entered!.Leave();
        limits.Enter(IPAddress.Loopback)!.Leave();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public void What_a_client_sends_stays_on_its_line(string format)
    {
        using var lines = new StringWriter();
        new Log(TextWriter.Null, lines) { IsJson = format == "json" }.Access("1.1.1.1", "r\n", "GET", "/a", 200, 1, "a\r\nb\u2028", "\"q\" é");
        var text = lines.ToString();
        Assert.Equal(1, text.Count(c => c == '\n'));
        Assert.DoesNotContain('\r', text.TrimEnd());
        Assert.DoesNotContain('\u2028', text);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_every_request_is_logged_once_in_a_while()
    {
        using var lines = new StringWriter();
        var log = new Log(lines, TextWriter.Null);
        for (var i = 0; i < 10; i++)
        {
            log.ClientError("PGRST003", "timeout");
            log.ClientError("XX000", "other");
        }

        Assert.Equal((1, 10), (lines.ToString().Split("timeout").Length - 1, lines.ToString().Split("other").Length - 1));
    }
}
