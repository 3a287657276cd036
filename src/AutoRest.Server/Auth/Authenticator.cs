using System.Collections.Immutable;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Auth;

/// <summary>Who a request runs as. Built once per configuration; safe for concurrent use.</summary>
/// <remarks>contract/auth.md §1–5.</remarks>
public sealed class Authenticator
{
    /// <summary>The name of the scheme, compared without regard to case. RFC 6750 §2.1.</summary>
    const string Scheme = "Bearer";

    readonly ReadOnlyMemory<byte>? _secret;
    readonly string _rolePathText;
    readonly string? _audience;
    readonly string? _anonymousRole;
    readonly JwtVerifier? _verifier;
    readonly ClaimsReader _claims;
    readonly JwtCache? _cache;
    readonly TimeProvider _clock;
    readonly AuthResult? _anonymous;

    /// <param name="previous">
    /// The authenticator of the configuration before: its cache is kept if nothing that cached answers depend on has changed, and its counters always.
    /// </param>
    /// <exception cref="ConfigException">A text secret that is too short, or a role claim path that cannot be parsed.</exception>
    public Authenticator(AppConfig config, Authenticator? previous = null, TimeProvider? clock = null)
    {
        _secret = config.JwtSecret;
        _rolePathText = config.JwtRoleClaimKey;
        _audience = config.JwtAud;
        _anonymousRole = config.DbAnonRole;
        _clock = clock ?? TimeProvider.System;
        _anonymous = _anonymousRole is null || ClaimsReader.IsRefusedRole(_anonymousRole)
            ? null
            : new AuthResult(_anonymousRole, ClaimsReader.AnonymousClaims(_anonymousRole));

        var path = RoleClaimPath.Parse(_rolePathText);
        var keys = _secret is { } secret ? JwtKeys.Parse(secret) : null;
        _claims = new ClaimsReader(path, _audience, _anonymousRole);
        _verifier = keys is null ? null : new JwtVerifier(keys);
        CacheCounters = previous?.CacheCounters ?? new JwtCacheCounters();
        _cache = CacheFor(config.JwtCacheMaxEntries, previous);
        Warnings = WarningsFor(path, keys);
    }

    /// <summary>Counts of the token cache since the process began.</summary>
    public JwtCacheCounters CacheCounters { get; }

    /// <summary>False: no token is remembered, and the counters are not to be published.</summary>
    public bool CacheEnabled => _cache is not null;

    /// <summary>To be logged after start and after every configuration reload.</summary>
    public ImmutableArray<string> Warnings { get; }

    /// <summary>
    /// The checks of the constructor alone, for the place that reads a configuration: one that is refused must be refused there, and not when it is
    /// already about to be used.
    /// </summary>
    /// <exception cref="ConfigException">As the constructor.</exception>
    public static void Check(AppConfig config)
    {
        _ = RoleClaimPath.Parse(config.JwtRoleClaimKey);
        if (config.JwtSecret is { } secret)
        {
            _ = JwtKeys.Parse(secret);
        }
    }

    internal int CachedTokens => _cache?.Count ?? 0;

    /// <summary>The role and the claims of a request.</summary>
    /// <param name="authorizationHeader">The first <c>Authorization</c> header; null if there is none.</param>
    /// <exception cref="ApiException">PGRST300–303, or 22023 for a role name that is refused.</exception>
    public AuthResult Authenticate(string? authorizationHeader)
    {
        if (!TryGetToken(authorizationHeader, out var token))
        {
            return _anonymous ?? throw new ApiException(_anonymousRole is null ? JwtErrors.AnonymousDisabled : JwtErrors.UnknownRole(_anonymousRole));
        }

        if (_verifier is null)
        {
            throw new ApiException(JwtErrors.SecretMissing);
        }

        var known = _cache?.Find(token);
        if (known is null)
        {
            known = _claims.Read(_verifier.Verify(token));
            _cache?.Add(token.ToString(), known);
        }

        return known.Check(_clock.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>A token was sent, good or not.</summary>
    public static bool HasToken(string? authorizationHeader) => TryGetToken(authorizationHeader, out _);

    /// <summary>What follows the scheme, without the blanks between them. Any other scheme is no token at all.</summary>
    static bool TryGetToken(string? header, out ReadOnlySpan<char> token)
    {
        token = default;
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = header.AsSpan(Scheme.Length);
        if (!rest.IsEmpty && !char.IsWhiteSpace(rest[0]))
        {
            return false;
        }

        token = rest.TrimStart();
        return true;
    }

    JwtCache? CacheFor(int capacity, Authenticator? previous)
    {
        if (capacity <= 0 || _verifier is null)
        {
            return null;
        }

        if (previous?._cache is { } cache && previous._clock == _clock && SameAnswers(previous))
        {
            cache.Resize(capacity);
            return cache;
        }

        return new JwtCache(capacity, CacheCounters);
    }

    /// <summary>Cached answers hold the audience check and the role, so they depend on more than the keys.</summary>
    bool SameAnswers(Authenticator other) =>
        _secret is { } ours && other._secret is { } theirs && ours.Span.SequenceEqual(theirs.Span)
        && _rolePathText == other._rolePathText && _audience == other._audience && _anonymousRole == other._anonymousRole;

    ImmutableArray<string> WarningsFor(RoleClaimPath path, JwtKeys? keys)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        if (path.IsLegacy)
        {
            warnings.Add($"The value of jwt-role-claim-key uses a deprecated syntax: {_rolePathText}");
            warnings.Add("Write it as a JSON Path (RFC 9535); see the migration notes in docs/configuration.md.");
        }

        if (keys?.LooksLikeFailedJson == true)
        {
            warnings.Add("jwt-secret looks like a JSON object, but is not a JWK or a JWK set: its text is used as an HMAC secret.");
        }

        return warnings.DrainToImmutable();
    }
}
