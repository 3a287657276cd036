using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using AutoRest.Server.Configuration;

namespace AutoRest.Server.Auth;

/// <summary>The keys that <c>jwt-secret</c> stands for.</summary>
/// <param name="LooksLikeFailedJson">
/// The secret begins like a JSON object but is used as text: most likely a misspelt key set, whose text is now an HMAC secret. To be warned about.
/// </param>
/// <remarks>contract/auth.md §2.</remarks>
sealed record JwtKeys(ImmutableArray<JwtKey> Keys, bool LooksLikeFailedJson)
{
    /// <summary>RFC 7518 §3.2: an HMAC key is at least as long as the hash.</summary>
    const int MinSecretBytes = 32;

    /// <exception cref="ConfigException">A text secret that is too short.</exception>
    public static JwtKeys Parse(ReadOnlyMemory<byte> secret)
    {
        if (TryParseJson(secret) is { } keys)
        {
            return new JwtKeys(keys, false);
        }

        if (secret.Length < MinSecretBytes)
        {
            throw ConfigException.Bare("The JWT secret must be at least 32 characters long.");
        }

        // HS256 only: a text secret says nothing about its strength, and the reference binds it so.
        return new JwtKeys([new HmacKey(secret, use: "sig", algorithm: "HS256")], secret.Span.TrimStart(" \t\r\n"u8).StartsWith("{"u8));
    }

    /// <summary>RFC 7518 §3.3. What an operator configures is used as it is; what comes from elsewhere has to be strong enough.</summary>
    const int MinFetchedRsaBits = 2048;

    /// <summary>OpenSSL takes no more, and the time of a verification grows with the square.</summary>
    const int MaxFetchedRsaBits = 16384;

    /// <summary>A token without key id is tried with all of them.</summary>
    const int MaxFetched = 100;

    /// <summary>
    /// The keys of a fetched set that verify signatures; null when it is no set. Only asymmetric ones: a secret that everybody can fetch is none, and
    /// with it anybody could make tokens. What cannot be used is left out (RFC 7517 §5), so that one new kind of key does not cost the others.
    /// </summary>
    /// <param name="known">Keys with their text: a key with the same text is the same object again.</param>
    public static ImmutableArray<(string Text, JwtKey Key)>? ParseFetched(JsonElement root, ImmutableArray<(string Text, JwtKey Key)> known)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys", out var members) || members.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var keys = ImmutableArray.CreateBuilder<(string, JwtKey)>();
        foreach (var member in members.EnumerateArray())
        {
            if (keys.Count == MaxFetched)
            {
                break;
            }

            var text = member.GetRawText();
            var key = known.FirstOrDefault(k => k.Text == text).Key
                ?? (member.ValueKind == JsonValueKind.Object ? ParseKey(member) : null);
            if (key is EcKey or EdKey or RsaKey { Bits: >= MinFetchedRsaBits and <= MaxFetchedRsaBits })
            {
                keys.Add((text, key));
            }
        }

        return keys.ToImmutable();
    }

    static ImmutableArray<JwtKey>? TryParseJson(ReadOnlyMemory<byte> secret)
    {
        if (!Utf8.IsValid(secret.Span))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(secret);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            if (!root.TryGetProperty("keys", out var members) || members.ValueKind != JsonValueKind.Array)
            {
                return ParseKey(root) is { } single ? [single] : null;
            }

            var keys = ImmutableArray.CreateBuilder<JwtKey>(members.GetArrayLength());
            foreach (var member in members.EnumerateArray())
            {
                if (member.ValueKind != JsonValueKind.Object || ParseKey(member) is not { } key)
                {
                    return null;
                }

                keys.Add(key);
            }

            return keys.ToImmutable();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The key, unusable where type or algorithm are unknown; null when the object is not a JWK at all.</summary>
    static JwtKey? ParseKey(JsonElement jwk)
    {
        if (!TryText(jwk, "kty", out var type) || type is null
            || !TryText(jwk, "kid", out var id) || !TryText(jwk, "use", out var use) || !TryText(jwk, "alg", out var algorithm))
        {
            return null;
        }

        var known = algorithm is null || JwtAlgorithm.Find(algorithm) is not null;
        var key = type switch
        {
            "oct" => Bytes(jwk, "k") is { } secret ? new HmacKey(secret, id, use, algorithm) : null,
            "RSA" => Rsa(jwk, id, use, algorithm),
            "EC" => Ec(jwk, id, use, algorithm),
            "OKP" => Okp(jwk, id, use, algorithm),
            _ => new UnusableKey(id),
        };
        return key is null || known ? key : new UnusableKey(id);
    }

    static RsaKey? Rsa(JsonElement jwk, string? id, string? use, string? algorithm)
    {
        if (Bytes(jwk, "n") is not { Length: > 0 } modulus || Bytes(jwk, "e") is not { Length: > 0 } exponent)
        {
            return null;
        }

        // The public part only: a private key in the setting verifies as well, and is never needed.
        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        return Importable(() => RSA.Create(parameters)) ? new RsaKey(parameters, id, use, algorithm) : null;
    }

    static JwtKey? Ec(JsonElement jwk, string? id, string? use, string? algorithm)
    {
        if (!TryText(jwk, "crv", out var name) || name is null || Bytes(jwk, "x") is not { } x || Bytes(jwk, "y") is not { } y)
        {
            return null;
        }

        var (curve, size) = name switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66),
            _ => (default, 0),
        };
        if (size == 0)
        {
            return new UnusableKey(id);
        }

        var parameters = new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } };
        // The import refuses a point that is not on the curve.
        return x.Length == size && y.Length == size && Importable(() => ECDsa.Create(parameters))
            ? new EcKey(parameters, name, id, use, algorithm)
            : null;
    }

    static JwtKey? Okp(JsonElement jwk, string? id, string? use, string? algorithm)
    {
        if (!TryText(jwk, "crv", out var curve) || curve is null || Bytes(jwk, "x") is not { } x)
        {
            return null;
        }

        // Curves without signatures of ours (Ed448, X25519) are no reason to lose the rest of a set.
        return curve != "Ed25519" ? new UnusableKey(id)
            : Ed25519.Import(x) is { } key ? new EdKey(key, id, use, algorithm)
            : null;
    }

    static bool Importable(Func<IDisposable> create)
    {
        try
        {
            create().Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>False when the member is there and is not text.</summary>
    static bool TryText(JsonElement jwk, string member, out string? text)
    {
        text = null;
        if (!jwk.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    static byte[]? Bytes(JsonElement jwk, string member) =>
        TryText(jwk, member, out var text) && text is not null ? Base64UrlText.Decode(text) : null;
}
