using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Auth;

/// <summary>Takes a token apart and verifies its signature. Claims are looked at elsewhere.</summary>
/// <remarks>
/// contract/auth.md §3, RFC 7515 §5.2:
/// <list type="number">
/// <item>three parts;</item>
/// <item>each part base64url, the first a JSON object with a known algorithm and nothing critical that we do not know;</item>
/// <item><c>none</c> is refused;</item>
/// <item>the keys that the header may mean are tried in order.</item>
/// </list>
/// </remarks>
sealed class JwtVerifier(ImmutableArray<JwtKey> keys)
{
    /// <summary>Longer than any header section a server accepts.</summary>
    public const int MaxTokenLength = 64 * 1024;

    /// <summary>
    /// The payload's bytes, after verification; null when none of the keys is meant, but one that is yet to be fetched may be (never for HMAC: such keys
    /// are not fetched).
    /// </summary>
    /// <exception cref="ApiException">PGRST301.</exception>
    public byte[]? Verify(ReadOnlySpan<char> token)
    {
        // 1.
        if (token.IsEmpty)
        {
            throw new ApiException(JwtErrors.EmptyToken);
        }

        var dots = token.Count('.');
        if (dots != 2)
        {
            throw new ApiException(JwtErrors.WrongPartCount(dots + 1));
        }

        // 2.
        var headerEnd = token.IndexOf('.');
        var payloadEnd = token.LastIndexOf('.');
        if (token.Length > MaxTokenLength
            || Base64UrlText.Decode(token[..headerEnd]) is not { } header
            || Base64UrlText.Decode(token[(headerEnd + 1)..payloadEnd]) is not { } payload
            || Base64UrlText.Decode(token[(payloadEnd + 1)..]) is not { } signature
            || ReadHeader(header) is not var (algorithmName, keyId))
        {
            throw new ApiException(JwtErrors.CryptoFailed);
        }

        // 3.
        if (algorithmName == "none")
        {
            throw new ApiException(JwtErrors.Unsecured);
        }

        var algorithm = JwtAlgorithm.Find(algorithmName) ?? throw new ApiException(JwtErrors.CryptoFailed);

        // 4.
        var signed = Encoding.ASCII.GetBytes(token[..payloadEnd].ToArray());
        var candidates = 0;
        foreach (var key in keys)
        {
            if (key.IsCandidate(algorithm, keyId))
            {
                candidates++;
                if (key.Verify(algorithm, signed, signature))
                {
                    return payload;
                }
            }
        }

        return candidates > 0 ? throw new ApiException(JwtErrors.NoKeyVerifies)
            : algorithm.Family == JwtFamily.Hmac ? throw new ApiException(JwtErrors.NoSuitableKey)
            : null;
    }

    /// <summary>Algorithm and key of a header; null for anything that is not exactly one.</summary>
    /// <remarks>
    /// A member given twice is refused (RFC 7515 §4), as two readers may take different ones. So is <c>crit</c> (§4.1.11): it lists extensions that
    /// must be understood, and we have none. <c>jwk</c>, <c>jku</c>, <c>x5c</c> and <c>x5u</c> are never read: a token does not bring its own key.
    /// </remarks>
    static (string Algorithm, string? KeyId)? ReadHeader(ReadOnlySpan<byte> header)
    {
        if (!Utf8.IsValid(header))
        {
            return null;
        }

        string? algorithm = null;
        string? keyId = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(header);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (!seen.Add(name) || name == "crit")
                {
                    return null;
                }

                if (name is "alg" or "kid" or "typ" or "cty")
                {
                    if (reader.TokenType == JsonTokenType.Null && name != "alg")
                    {
                        continue;
                    }

                    if (reader.TokenType != JsonTokenType.String)
                    {
                        return null;
                    }

                    var value = reader.GetString();
                    algorithm = name == "alg" ? value : algorithm;
                    keyId = name == "kid" ? value : keyId;
                }
                else
                {
                    reader.Skip();
                }
            }

            // Reads on to be sure that nothing follows the object.
            reader.Read();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }

        return algorithm is null ? null : (algorithm, keyId);
    }
}
