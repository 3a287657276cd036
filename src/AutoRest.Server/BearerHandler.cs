using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using AutoRest.Server.Auth;
using AutoRest.Server.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AutoRest.Server;

/// <summary>
/// The authentication scheme <c>Bearer</c> of ASP.NET Core, for endpoints that are hosted beside the API: the same keys, checks, cache and challenges.
/// The API itself does not go through it, so it costs a request nothing.
/// </summary>
/// <remarks>Its principal has every claim of the token, and the database role as its role: <c>[Authorize(Roles = "member")]</c>.</remarks>
public sealed class BearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Func<Authenticator> authenticator)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "Bearer";

    const string RoleClaim = "role";

    ApiError? _refusal;

    /// <summary>Adds the scheme as the default one.</summary>
    /// <param name="authenticator">Gives the authenticator of the configuration in force.</param>
    public static AuthenticationBuilder AddTo(IServiceCollection services, Func<Authenticator> authenticator) =>
        services.AddSingleton(authenticator).AddAuthentication(SchemeName).AddScheme<AuthenticationSchemeOptions, BearerHandler>(SchemeName, null);

    /// <summary>No token is no result, whatever the anonymous role may do.</summary>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization is [{ } first, ..] ? first : null;
        if (!Authenticator.HasToken(header))
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            var result = await authenticator().AuthenticateAsync(header, Context.RequestAborted);
            var identity = new ClaimsIdentity(ClaimsOf(result), SchemeName, "sub", RoleClaim);
            return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
        }
        catch (ApiException refused)
        {
            _refusal = refused.Error;
            return AuthenticateResult.Fail(refused.Message);
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var error = _refusal ?? JwtErrors.AnonymousDisabled;
        Response.StatusCode = error.Status;
        if (error.WwwAuthenticate is { } challenge)
        {
            Response.Headers.WWWAuthenticate = challenge;
        }

        foreach (var (name, value) in error.Headers)
        {
            Response.Headers.Append(name, value);
        }

        return Task.CompletedTask;
    }

    /// <summary>One for each member, and for each element of a list.</summary>
    static List<Claim> ClaimsOf(AuthResult result)
    {
        using var claims = JsonDocument.Parse(result.ClaimsJson, new JsonDocumentOptions { MaxDepth = 256 });
        var all = new List<Claim>();
        foreach (var member in claims.RootElement.EnumerateObject())
        {
            foreach (var value in member.Value.ValueKind == JsonValueKind.Array ? [.. member.Value.EnumerateArray()] : (JsonElement[])[member.Value])
            {
                all.Add(new Claim(member.Name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()));
            }
        }

        return all;
    }
}
