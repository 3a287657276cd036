using System.Net;

namespace AutoRest.Proxy.Tests;

public class ForwardedTests
{
    static readonly (string, string)[] Spoofed =
    [
        ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "admin.localhost"), ("X-Forwarded-Prefix", "/x"),
        ("X-Forwarded-Port", "1"), ("Forwarded", "for=203.0.113.9"), ("X-Real-IP", "203.0.113.9"), ("X-Original-Host", "admin.localhost"),
    ];

    static Task<Backend> Headers() => Backend.Echo("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Port",
        "Forwarded", "X-Real-IP", "X-Original-Host", "X-Original-For", "Host");

    [Fact]
    public async Task What_a_client_says_about_itself_is_removed_and_written_anew()
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        var (_, body) = await proxy.Send("api.localhost", headers: Spoofed);

        Assert.Equal("X-Forwarded-For=127.0.0.1\nX-Forwarded-Proto=http\nX-Forwarded-Host=api.localhost\nHost=api.localhost\n", body);
    }

    [Fact]
    public async Task A_trusted_proxy_says_who_asks_how_and_for_which_host()
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), "--Forwarded:TrustedProxies:0=127.0.0.0/8"]);

        var (_, body) = await proxy.Send("inner.localhost", headers:
            [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "api.localhost:8443")]);

        Assert.Equal("X-Forwarded-For=203.0.113.9\nX-Forwarded-Proto=https\nX-Forwarded-Host=api.localhost:8443\nHost=api.localhost:8443\n", body);
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_only_the_entry_that_it_wrote_counts()
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), "--Forwarded:TrustedProxies:0=127.0.0.1"]);

        var (_, body) = await proxy.Send("api.localhost", headers: ("X-Forwarded-For", "10.9.9.9, 203.0.113.9"));

        Assert.StartsWith("X-Forwarded-For=203.0.113.9\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_proxy_than_the_trusted_ones_is_not_believed()
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), "--Forwarded:TrustedProxies:0=10.0.0.0/8"]);

        var (_, body) = await proxy.Send("api.localhost", headers: Spoofed);

        Assert.StartsWith("X-Forwarded-For=127.0.0.1\n", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await proxy.Send("inner.localhost", headers: ("X-Forwarded-Host", "api.localhost"))).Response.StatusCode);
    }

    [Fact]
    public async Task Header_bytes_beyond_ASCII_pass_both_ways_unchanged()
    {
        await using var api = await Backend.Start("api", context =>
        {
            context.Response.Headers["X-Answer"] = context.Request.Headers["X-Question"];
            return Task.CompletedTask;
        }, encoding: System.Text.Encoding.UTF8);
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        var answer = await proxy.Raw("GET / HTTP/1.1\r\nHost: api.localhost\r\nX-Question: café → 木\r\nConnection: close\r\n\r\n");

        Assert.Contains("X-Answer: café → 木\r\n", answer, StringComparison.Ordinal);
    }
}
