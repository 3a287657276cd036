using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using AutoRest.Server;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>The authentication scheme, on endpoints of ASP.NET Core.</summary>
public sealed class BearerHandlerTests : IAsyncLifetime
{
    readonly HttpClient _client = new();
    WebApplication _app = null!;
    AppConfig _config = Tokens.Config();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddAuthorization();
        BearerHandler.AddTo(builder.Services, () => Tokens.With(_config));
        _app = builder.Build();
        _app.UseRouting();
        _app.UseAuthentication();
        _app.UseAuthorization();
        _app.Map("/any", () => "any").RequireAuthorization();
        _app.Map("/member", (ClaimsPrincipal user) => string.Join(' ', user.Claims.Select(c => $"{c.Type}={c.Value}")) + " " + user.Identity!.Name)
            .RequireAuthorization(policy => policy.RequireRole("member"));
        _app.Map("/open", () => "open");
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_good_token_gives_a_principal_with_its_claims_and_its_role()
    {
        var (status, _, body) = await GetAsync("/member", Tokens.Sign("""{"sub":"alice","role":"member","groups":["a","b"],"n":1}"""));

        Assert.Equal((HttpStatusCode.OK, "sub=alice role=member groups=a groups=b n=1 alice"), (status, body));
    }

    [Fact]
    public async Task Another_role_is_forbidden_and_no_token_is_unauthorized_whatever_the_anonymous_role_may()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/member", Tokens.Sign("""{"role":"guest"}"""))).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer", ""), await GetAsync("/any", null));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/open", null)).Status);
    }

    [Fact]
    public async Task A_bad_token_gets_the_challenge_of_the_API()
    {
        Assert.Equal(
            (HttpStatusCode.Unauthorized, "Bearer error=\"invalid_token\", error_description=\"JWT expired\"", ""),
            await GetAsync("/any", Tokens.Sign("""{"role":"member","exp":1}""")));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, "Bearer error=\"invalid_token\", error_description=\"No suitable key or wrong key type\"", ""),
            await GetAsync("/any", Tokens.Sign("""{"role":"member"}""", secret: "another-secret-0123456789abcdef0123")));
    }

    [Fact]
    public async Task The_configuration_in_force_counts()
    {
        var token = Tokens.Sign("""{"role":"member"}""");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/any", token)).Status);
        _config = Tokens.Config("another-secret-0123456789abcdef0123");
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/any", token)).Status);
        _config = new AppConfig();
        Assert.Equal(HttpStatusCode.InternalServerError, (await GetAsync("/any", token)).Status);
    }

    async Task<(HttpStatusCode Status, string Challenge, string Body)> GetAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _app.Urls.Single() + path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("bearer", token);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, string.Join(", ", response.Headers.WwwAuthenticate), await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
