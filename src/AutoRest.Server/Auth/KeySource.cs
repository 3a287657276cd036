using AutoRest.Server.Configuration;

namespace AutoRest.Server.Auth;

/// <summary>Where an issuer publishes its keys: the key set itself, or the OpenID configuration that names it.</summary>
/// <param name="Address">What is fetched first.</param>
/// <param name="Discovered">
/// The issuer whose OpenID configuration <paramref name="Address"/> is, and which that document must name; null when the address is a key set's.
/// </param>
/// <remarks>RFC 7517 §5; OpenID Connect Discovery 1.0 §4; contract/beyond.md §11.</remarks>
public sealed record KeySource(Uri Address, string? Discovered)
{
    /// <summary>The source of a configuration; null when its keys are all in <c>jwt-secret</c>.</summary>
    public static KeySource? Of(AppConfig config) =>
        config.JwtJwksUrl is { } keys ? new KeySource(new Uri(keys), null)
        : config.JwtIssuer is { } issuer && IsWeb(issuer) ? new KeySource(new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration"), issuer)
        : null;

    /// <summary>Without a query, which may hold what is nobody's business.</summary>
    public override string ToString() => Address.GetLeftPart(UriPartial.Path);

    static bool IsWeb(string text) =>
        text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}
