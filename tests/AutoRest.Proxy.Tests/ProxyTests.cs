using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AutoRest.Proxy.Tests;

public class ProxyTests
{
    static string Code(string body) => JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()!;

    [Fact]
    public async Task Host_name_chooses_the_backend()
    {
        await using var api = await Backend.Start("api");
        await using var other = await Backend.Start("other");
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), .. RunningProxy.Row("other.localhost", other)]);

        Assert.Equal("api", (await proxy.Send("api.localhost")).Response.Headers.GetValues("X-Backend").Single());
        Assert.Equal("other", (await proxy.Send("other.localhost:8080")).Response.Headers.GetValues("X-Backend").Single());
        Assert.Equal("api", (await proxy.Send("API.localhost")).Response.Headers.GetValues("X-Backend").Single());
    }

    [Fact]
    public async Task Wildcard_host_takes_every_sub_domain()
    {
        await using var tenants = await Backend.Start("tenants");
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("*.tenants.localhost", tenants));

        Assert.Equal("tenants", (await proxy.Send("acme.tenants.localhost")).Response.Headers.GetValues("X-Backend").Single());
        Assert.Equal(HttpStatusCode.NotFound, (await proxy.Send("tenants.localhost")).Response.StatusCode);
    }

    [Fact]
    public async Task Original_host_and_forwarded_headers_reach_the_backend()
    {
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        var (_, body) = await proxy.Send("api.localhost:8080", "/todos?id=eq.1&task=like.*a%20b*");

        Assert.Equal("""
            GET /todos?id=eq.1&task=like.*a%20b*
            Host=api.localhost:8080
            For=127.0.0.1
            Proto=http
            ForwardedHost=api.localhost:8080
            """.ReplaceLineEndings("\n"), body);
    }

    [Theory]
    [InlineData("unknown.localhost")]
    [InlineData("127.0.0.1")]
    public async Task Unknown_host_is_404_with_a_body_that_names_it(string host)
    {
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        var (response, body) = await proxy.Send(host, "/todos");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("PROXY404", Code(body));
        Assert.Contains(host, body, StringComparison.Ordinal);
        Assert.Equal(0, api.Requests);
    }

    [Fact]
    public async Task Head_for_an_unknown_host_has_no_body()
    {
        await using var proxy = await RunningProxy.Start();

        var (response, body) = await proxy.Send("unknown.localhost", method: HttpMethod.Head);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(body);
    }

    [Fact]
    public async Task Failed_health_check_moves_requests_to_the_other_server_and_back()
    {
        await using var one = await Backend.Start("one");
        await using var two = await Backend.Start("two");
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", one, two));

        one.Healthy = false;
        await Served(proxy, by: "two");
        one.Healthy = true;
        two.Healthy = false;
        await Served(proxy, by: "one");
    }

    // After the probes noticed, twenty requests in a row must go to the healthy server: two random choices would otherwise hit both.
    static async Task Served(RunningProxy proxy, string by)
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        for (var inARow = 0; inARow < 20;)
        {
            Assert.True(DateTime.UtcNow < deadline, $"requests still go elsewhere than to {by}");
            var (response, _) = await proxy.Send("api.localhost");
            inARow = response.StatusCode == HttpStatusCode.OK && response.Headers.GetValues("X-Backend").Single() == by ? inARow + 1 : 0;
        }
    }

    [Fact]
    public async Task No_healthy_server_is_503_with_a_body_and_recovers()
    {
        await using var api = await Backend.Start("api");
        api.Healthy = false;
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        var (response, body) = await proxy.SendUntil("api.localhost", HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("PROXY503", Code(body));
        Assert.True(response.Headers.RetryAfter is not null);

        api.Healthy = true;
        Assert.Equal(HttpStatusCode.OK, (await proxy.SendUntil("api.localhost", HttpStatusCode.OK)).Response.StatusCode);
    }

    [Fact]
    public async Task Unreachable_server_without_health_check_is_502_with_a_body()
    {
        await using var proxy = await RunningProxy.Start($"--Hosts:down.localhost:Destinations:0=http://127.0.0.1:{RunningProxy.FreePort()}");

        var (response, body) = await proxy.Send("down.localhost");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("PROXY502", Code(body));
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Error_that_the_server_answered_itself_passes_untouched(int status)
    {
        await using var api = await Backend.Start("api", context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        var (response, body) = await proxy.Send("api.localhost");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(body);
    }

    [Fact]
    public async Task Body_larger_than_Kestrels_default_limit_passes()
    {
        await using var api = await Backend.Start("api", async context =>
        {
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            long length = 0;
            var buffer = new byte[1 << 16];
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
            {
                length += read;
            }

            await context.Response.WriteAsync($"{length}");
        });
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", api));

        Assert.Equal("33554432", await proxy.Post("api.localhost", new byte[32 << 20]));
    }

    [Fact]
    public void Bad_host_table_is_refused_before_anything_listens() =>
        Assert.Throws<SettingException>(() => ProxyHost.Build(["--Hosts:bad.localhost:Destinations:0=nonsense"]));
}
