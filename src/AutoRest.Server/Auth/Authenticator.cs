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

    readonly AppConfig _config;
    readonly JwtKeys? _ownKeys;
    readonly ClaimsReader _claims;
    readonly TimeProvider _clock;
    readonly AuthResult? _anonymous;
    readonly Lock _adopting = new();
    Verification? _verification;

    /// <summary>Keys, and the tokens they verified: replaced as one, so that no token of an old key gets into the cache of a new set.</summary>
    /// <param name="Fetched">The fetched set it was made of.</param>
    sealed record Verification(FetchedKeys? Fetched, JwtVerifier Verifier, JwtCache? Cache);

    /// <param name="previous">
    /// The authenticator of the configuration before: its cache is kept if nothing that cached answers depend on has changed, and its counters always.
    /// </param>
    /// <param name="times">For tests of the conversation with an issuer.</param>
    /// <exception cref="ConfigException">
    /// A text secret that is too short, a role claim path that cannot be parsed, or an audience demanded without one that is accepted.
    /// </exception>
    public Authenticator(AppConfig config, Authenticator? previous = null, TimeProvider? clock = null, KeyTimes? times = null)
    {
        Check(config, out var path, out _ownKeys);
        _config = config;
        _clock = clock ?? TimeProvider.System;
        _anonymous = config.DbAnonRole is not { } anonymous || ClaimsReader.IsRefusedRole(anonymous)
            ? null
            : new AuthResult(anonymous, ClaimsReader.AnonymousClaims(anonymous));
        _claims = new ClaimsReader(path, config);
        CacheCounters = previous?.CacheCounters ?? new JwtCacheCounters();
        JwksCounters = previous?.JwksCounters ?? new JwksCounters();

        // Kept while their address is: a reload must not be without keys until they are fetched again.
        RemoteKeys = KeySource.Of(config) is not { } source ? null
            : previous?.RemoteKeys is { } keys && keys.Source == source ? keys
            : new RemoteKeys(source, JwksCounters, _clock, times);
        _verification = FirstVerification(previous);
        Warnings = WarningsFor(path);
    }

    /// <summary>Counts of the token cache since the process began.</summary>
    public JwtCacheCounters CacheCounters { get; }

    /// <summary>False: no token is remembered, and the counters are not to be published.</summary>
    public bool CacheEnabled => _verification?.Cache is not null;

    /// <summary>Counts of key fetches since the process began.</summary>
    public JwksCounters JwksCounters { get; }

    /// <summary>The keys of an issuer that are fetched; null when all keys are in <c>jwt-secret</c>.</summary>
    public RemoteKeys? RemoteKeys { get; }

    /// <summary>To be logged after start and after every configuration reload.</summary>
    public ImmutableArray<string> Warnings { get; }

    /// <summary>
    /// The checks of the constructor alone, for the place that reads a configuration: one that is refused must be refused there, and not when it is
    /// already about to be used.
    /// </summary>
    /// <exception cref="ConfigException">As the constructor.</exception>
    public static void Check(AppConfig config) => Check(config, out _, out _);

    internal int CachedTokens => _verification?.Cache?.Count ?? 0;

    /// <summary>
    /// The role and the claims of a request. Waits for a fetch of keys only where the token names a key that is not known, and then a few seconds at most.
    /// </summary>
    /// <param name="authorizationHeader">The first <c>Authorization</c> header; null if there is none.</param>
    /// <exception cref="ApiException">PGRST300–303, AR301 while keys could never be fetched, or 22023 for a role name that is refused.</exception>
    public ValueTask<AuthResult> AuthenticateAsync(string? authorizationHeader, CancellationToken cancellationToken) =>
        TryAuthenticate(authorizationHeader) is { } known ? new(known)
        : RemoteKeys is null ? throw new ApiException(JwtErrors.NoSuitableKey)
        : new(AuthenticateAfterFetchAsync(authorizationHeader, RemoteKeys, cancellationToken));

    /// <summary>As <see cref="AuthenticateAsync"/>, with the keys that are there.</summary>
    /// <exception cref="ApiException">As there.</exception>
    public AuthResult Authenticate(string? authorizationHeader) => TryAuthenticate(authorizationHeader) ?? throw new ApiException(UnknownKey);

    /// <summary>Once the issuer has answered, a key it does not publish is the client's fault.</summary>
    ApiError UnknownKey => RemoteKeys is { Current: null } ? JwtErrors.KeysNotFetched : JwtErrors.NoSuitableKey;

    async Task<AuthResult> AuthenticateAfterFetchAsync(string? authorizationHeader, RemoteKeys keys, CancellationToken cancellationToken)
    {
        await keys.WaitForFetchAsync(cancellationToken);
        return Authenticate(authorizationHeader);
    }

    /// <summary>Null: the token may be of a key that is yet to be fetched.</summary>
    AuthResult? TryAuthenticate(string? authorizationHeader)
    {
        if (!TryGetToken(authorizationHeader, out var token))
        {
            return _anonymous ?? throw new ApiException(_config.DbAnonRole is { } refused ? JwtErrors.UnknownRole(refused) : JwtErrors.AnonymousDisabled);
        }

        var verification = _verification ?? throw new ApiException(JwtErrors.SecretMissing);
        if (RemoteKeys is not null && !ReferenceEquals(RemoteKeys.Current, verification.Fetched))
        {
            verification = Adopt(RemoteKeys);
        }

        var known = verification.Cache?.Find(token);
        if (known is null)
        {
            if (verification.Verifier.Verify(token) is not { } payload)
            {
                return null;
            }

            known = _claims.Read(payload);
            verification.Cache?.Add(token.ToString(), known);
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

    /// <exception cref="ConfigException">See there.</exception>
    static void Check(AppConfig config, out RoleClaimPath path, out JwtKeys? keys)
    {
        path = RoleClaimPath.Parse(config.JwtRoleClaimKey);
        keys = config.JwtSecret is { } secret ? JwtKeys.Parse(secret) : null;
        if (config is { JwtAudRequired: true, JwtAud: null, JwtAudiences.IsEmpty: true })
        {
            throw new ConfigException("ar-jwt-aud-required needs jwt-aud or ar-jwt-audiences");
        }
    }

    /// <summary>Null when no token can be verified.</summary>
    Verification? FirstVerification(Authenticator? previous)
    {
        if (_ownKeys is null && RemoteKeys is null)
        {
            return null;
        }

        if (previous?._verification is { } known && HasSameAnswers(previous) && (known.Cache is null) == (_config.JwtCacheMaxEntries <= 0))
        {
            known.Cache?.Resize(_config.JwtCacheMaxEntries);
            return known;
        }

        return VerificationWith(RemoteKeys?.Current, NewCache());
    }

    JwtCache? NewCache() => _config.JwtCacheMaxEntries > 0 ? new JwtCache(_config.JwtCacheMaxEntries, CacheCounters) : null;

    Verification VerificationWith(FetchedKeys? fetched, JwtCache? cache) =>
        new(fetched, new JwtVerifier([.. _ownKeys?.Keys ?? [], .. fetched?.Keys.Select(static k => k.Key) ?? []]), cache);

    /// <summary>Another set was fetched. Where a key is gone, tokens it verified are forgotten; where keys only came, what is cached stays true.</summary>
    Verification Adopt(RemoteKeys keys)
    {
        lock (_adopting)
        {
            var old = _verification!;
            var fetched = keys.Current;
            if (!ReferenceEquals(fetched, old.Fetched))
            {
                var onlyAdded = old.Fetched is null || fetched!.Contains(old.Fetched);
                old = VerificationWith(fetched, onlyAdded ? old.Cache : NewCache());
                Volatile.Write(ref _verification, old);
            }

            return old;
        }
    }

    /// <summary>Cached answers hold the checks of audience and issuer and the role, so they depend on more than the keys.</summary>
    bool HasSameAnswers(Authenticator other) =>
        _clock == other._clock && ReferenceEquals(RemoteKeys, other.RemoteKeys)
        && (_config.JwtSecret is { } ours && other._config.JwtSecret is { } theirs
            ? ours.Span.SequenceEqual(theirs.Span)
            : _config.JwtSecret is null && other._config.JwtSecret is null)
        && (_config.JwtRoleClaimKey, _config.DbAnonRole, _config.JwtAud, _config.JwtIssuer, _config.JwtAudRequired)
            == (other._config.JwtRoleClaimKey, other._config.DbAnonRole, other._config.JwtAud, other._config.JwtIssuer, other._config.JwtAudRequired)
        && _config.JwtAudiences.SequenceEqual(other._config.JwtAudiences);

    ImmutableArray<string> WarningsFor(RoleClaimPath path)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        if (path.IsLegacy)
        {
            warnings.Add($"The value of jwt-role-claim-key uses a deprecated syntax: {_config.JwtRoleClaimKey}");
            warnings.Add("Write it as a JSON Path (RFC 9535); see the migration notes in docs/configuration.md.");
        }

        if (_config.JwtSecret is { } secret && secret.Span.StartsWith("https://"u8))
        {
            warnings.Add("jwt-secret is an address, whose text is used as an HMAC secret that others may know. To fetch keys from it, set ar-jwt-jwks-url instead.");
        }

        if (_ownKeys?.LooksLikeFailedJson == true)
        {
            warnings.Add("jwt-secret looks like a JSON object, but is not a JWK or a JWK set: its text is used as an HMAC secret.");
        }

        return warnings.DrainToImmutable();
    }
}
