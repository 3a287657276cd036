using System.Net;
using System.Text;
using System.Text.Json;

namespace AutoRest.Proxy.Tests;

public sealed class StatusTests : IDisposable
{
    const string Token = "a-token-of-the-tests-0123456789";
    readonly string _tokenFile = Path.GetTempFileName();

    public StatusTests() => File.WriteAllText(_tokenFile, Token + "\n");

    public void Dispose() => File.Delete(_tokenFile);

    [Fact]
    public async Task Json_names_every_host_with_its_servers_and_their_health()
    {
        await using var one = await Backend.Start("one");
        await using var two = await Backend.Start("two");
        two.Healthy = false;
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", one, two));

        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (true)
        {
            var (response, body) = await proxy.Send("status.localhost", "/status.json");
            Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
            var host = JsonDocument.Parse(body).RootElement.GetProperty("hosts").EnumerateArray().Single(row => row.GetProperty("host").GetString() == "api.localhost");
            var servers = host.GetProperty("servers").EnumerateArray().ToDictionary(server => server.GetProperty("address").GetString()!, server => server.GetProperty("probe").GetString());
            if ((servers[one.Address], servers[two.Address], host.GetProperty("available").GetInt32()) == ("Healthy", "Unhealthy", 1))
            {
                break;
            }

            Assert.True(DateTime.UtcNow < deadline, body);
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task Browser_gets_a_page_that_may_load_nothing()
    {
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        var (response, body) = await proxy.Send("status.localhost", headers: ("Accept", "text/html,*/*;q=0.8"));

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains(api.Address, body, StringComparison.Ordinal);
        Assert.Equal(0, api.Requests);
    }

    [Fact]
    public async Task Without_a_token_only_this_machine_is_answered()
    {
        await using var proxy = await RunningProxy.Start("--Forwarded:TrustedProxies:0=127.0.0.1");

        Assert.Equal(HttpStatusCode.OK, (await proxy.Send("status.localhost")).Response.StatusCode);
        var (response, body) = await proxy.Send("status.localhost", headers: ("X-Forwarded-For", "203.0.113.9"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain("hosts", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_through_a_proxy_on_this_machine_that_nobody_trusts_is_not_this_machine()
    {
        await using var proxy = await RunningProxy.Start();

        Assert.Equal(HttpStatusCode.NotFound, (await proxy.Send("status.localhost", headers: ("X-Forwarded-For", "127.0.0.1"))).Response.StatusCode);
    }

    [Fact]
    public async Task With_a_token_it_is_asked_for_as_bearer_or_password()
    {
        await using var proxy = await RunningProxy.Start($"--Status:TokenFile={_tokenFile}");
        async Task<HttpStatusCode> With(string? authorization) =>
            (await proxy.Send("status.localhost", headers: authorization is null ? [] : [("Authorization", authorization)])).Response.StatusCode;
        static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));

        Assert.Equal(HttpStatusCode.OK, await With("Bearer " + Token));
        Assert.Equal(HttpStatusCode.OK, await With(Basic("anybody:" + Token)));
        foreach (var wrong in new[] { null, "Bearer " + Token[..^1], "Bearer ", Basic(Token), Basic("x:wrong"), "Basic !", Token })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await With(wrong));
        }
    }

    [Fact]
    public async Task Empty_host_turns_it_off()
    {
        await using var proxy = await RunningProxy.Start("--Status:Host=");

        Assert.Equal(HttpStatusCode.NotFound, (await proxy.Send("status.localhost")).Response.StatusCode);
    }

    [Fact]
    public async Task Short_token_is_refused()
    {
        await File.WriteAllTextAsync(_tokenFile, "short");

        Assert.Contains("too short", Assert.Throws<SettingException>(() => ProxyHost.Build([$"--Status:TokenFile={_tokenFile}"])).Message, StringComparison.Ordinal);
    }
}
