using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AutoRest.Proxy.Tests;

public class LimitTests
{
    static string Code(string body) => JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()!;

    [Fact]
    public async Task Body_larger_than_the_limit_is_413_before_a_server_sees_it()
    {
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), "--Limits:BodyBytes=1000"]);

        Assert.Equal("PROXY413", Code(await proxy.Post("api.localhost", new byte[1001])));
        Assert.Equal(0, api.Requests);
        await proxy.Post("api.localhost", new byte[1000]);
        Assert.Equal(1, api.Requests);
    }

    [Fact]
    public async Task Body_of_unknown_length_is_413_when_it_gets_there()
    {
        await using var api = await Backend.Start("api", async context => await context.Request.Body.CopyToAsync(Stream.Null));
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), "--Limits:BodyBytes=1000"]);
        var chunk = $"400\r\n{new string('x', 0x400)}\r\n";

        var answer = await proxy.Raw($"POST / HTTP/1.1\r\nHost: api.localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunk}{chunk}0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("PROXY413", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_larger_than_the_limit_are_431()
    {
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), "--Limits:HeaderBytes=2048"]);

        var answer = await proxy.Raw($"GET / HTTP/1.1\r\nHost: api.localhost\r\nX-Long: {new string('x', 2048)}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
        Assert.Equal(0, api.Requests);
    }

    [Fact]
    public async Task Request_line_as_long_as_the_server_takes_passes()
    {
        await using var api = await Backend.Start("api", context => context.Response.WriteAsync($"{context.Request.QueryString.Value!.Length}"), requestLine: 1 << 20);
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        Assert.Equal("500001", (await proxy.Send("api.localhost", "/?" + new string('x', 500_000))).Body);
    }

    [Fact]
    public async Task More_requests_at_a_time_than_allowed_are_503_until_one_ends()
    {
        using var go = new SemaphoreSlim(0);
        await using var api = await Backend.Start("api", async context =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await go.WaitAsync(context.RequestAborted);
        });
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), "--Limits:ConcurrentRequests=2"]);
        using var one = await proxy.Open("api.localhost");
        using var two = await proxy.Open("api.localhost");

        var (response, body) = await proxy.Send("api.localhost");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "PROXY503"), (response.StatusCode, Code(body)));
        Assert.NotNull(response.Headers.RetryAfter);

        go.Release(3);
        await one.Content.ReadAsStringAsync();
        await two.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, (await proxy.SendUntil("api.localhost", HttpStatusCode.OK)).Response.StatusCode);
    }

    [Fact]
    public async Task Client_that_is_too_fast_is_429_and_others_are_not()
    {
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start(
            [.. RunningProxy.Row("api.localhost", api), "--Limits:RequestsPerSecond=1", "--Limits:Burst=5", "--Forwarded:TrustedProxies:0=127.0.0.1"]);
        Task<(HttpResponseMessage Response, string Body)> From(string client) => proxy.Send("api.localhost", headers: ("X-Forwarded-For", client));

        var answers = new List<(HttpResponseMessage Response, string Body)>();
        for (var i = 0; i < 30; i++)
        {
            answers.Add(await From("203.0.113.1"));
        }

        var refused = Assert.Single(answers.GroupBy(answer => answer.Response.StatusCode), group => group.Key != HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Key);
        Assert.All(refused, answer => Assert.Equal("PROXY429", Code(answer.Body)));
        Assert.True(answers.Count(answer => answer.Response.StatusCode == HttpStatusCode.OK) >= 5);
        Assert.Equal(HttpStatusCode.OK, (await From("203.0.113.2")).Response.StatusCode);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    public void Subscriber_counts_as_one_client(string address, string client) => Assert.Equal(IPAddress.Parse(client), RequestLimits.Client(IPAddress.Parse(address)));

    [Theory]
    [InlineData("--Limits:BodyBytes=-1", "Limits:BodyBytes is -1")]
    [InlineData("--Limits:ConcurrentRequests=0", "Limits:ConcurrentRequests is 0")]
    [InlineData("--Limits:RequestsPerSecond=0", "Limits:RequestsPerSecond is 0")]
    [InlineData("--Forwarded:TrustedProxies:0=everybody", "neither an address nor a network")]
    [InlineData("--Tls:Certificate=a.pem", "belong together")]
    [InlineData("--Tls:RedirectPort=0", "Tls:RedirectPort is 0")]
    [InlineData("--Tls:Redirect=true", "Tls:Redirect needs")]
    [InlineData("--Urls=https://127.0.0.1:0", "name Tls:Certificate and Tls:Key")]
    [InlineData("--Status:Host=status.localhost:80", "is not a host name")]
    [InlineData("--Status:Host=API.localhost", "is a host of the table")]
    [InlineData("--Status:TokenFile=/does/not/exist", "cannot be read")]
    [InlineData("--Settings=/does/not/exist.json", "does not exist")]
    public void Setting_that_cannot_work_is_refused_with_what_to_write(string setting, string reason) =>
        Assert.Contains(reason, Assert.Throws<SettingException>(() => ProxyHost.Build([setting])).Message, StringComparison.Ordinal);
}
