using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Auth;

/// <summary>Reads the claims of a verified payload into what each request has to check, and into <c>request.jwt.claims</c>.</summary>
/// <remarks>contract/auth.md §4.</remarks>
sealed class ClaimsReader(RoleClaimPath rolePath, AppConfig config)
{
    readonly ImmutableArray<string> _audiences = config.JwtAud is { } one ? [one, .. config.JwtAudiences] : config.JwtAudiences;

    /// <summary>Deeper claims are refused; PostgreSQL would take them, but nobody issues such tokens.</summary>
    const int MaxDepth = 256;

    static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public VerifiedToken Read(byte[] payload)
    {
        // The JSON reader looks at the encoding of text only when it is asked for that text.
        if (!Utf8.IsValid(payload))
        {
            return new VerifiedToken { ShapeError = JwtErrors.ClaimsUnreadable };
        }

        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(payload, document.RootElement)
                : new VerifiedToken { ShapeError = JwtErrors.ClaimsUnreadable };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair in a name or in the role.
            return new VerifiedToken { ShapeError = JwtErrors.ClaimsUnreadable };
        }
    }

    /// <summary><c>{"role":"…"}</c>: the claims of a request without token.</summary>
    public static string AnonymousClaims(string role) => "{\"role\":" + Quote(role) + "}";

    /// <summary>Roles that PostgreSQL would not look up by name: <c>none</c> stands for the authenticator's own.</summary>
    public static bool IsRefusedRole(string role) => role.Length == 0 || role == "none" || role.Contains('\0', StringComparison.Ordinal);

    VerifiedToken Read(byte[] payload, JsonElement claims)
    {
        var (expires, expiresError) = Time(claims, "exp", long.MaxValue);
        var (notBefore, notBeforeError) = Time(claims, "nbf", long.MinValue);
        var (issuedAt, issuedAtError) = Time(claims, "iat", long.MinValue);
        var role = rolePath.Find(claims) is { } found ? RoleName(found) : config.DbAnonRole;
        var lastError = AudienceError(claims)
            ?? IssuerError(claims)
            ?? (role is null ? JwtErrors.AnonymousDisabled : IsRefusedRole(role) ? JwtErrors.UnknownRole(role) : null);
        return new VerifiedToken
        {
            Expires = expires,
            ExpiresError = expiresError,
            NotBefore = notBefore,
            NotBeforeError = notBeforeError,
            IssuedAt = issuedAt,
            IssuedAtError = issuedAtError,
            LastError = lastError,
            Result = lastError is null ? new AuthResult(role!, WithRole(payload, role!)) : null,
        };
    }

    static (long Seconds, ApiError? Error) Time(JsonElement claims, string name, long absent)
    {
        if (!claims.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return (absent, null);
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            return (absent, JwtErrors.NotANumber(name));
        }

        if (value.TryGetInt64(out var exact))
        {
            return (exact, null);
        }

        // Fractions are rounded down, and what no clock reaches counts as very early or very late. (The reference takes both for 0.)
        var number = Math.Floor(double.Parse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture));
        return (number >= long.MaxValue ? long.MaxValue : number <= long.MinValue ? long.MinValue : (long)number, null);
    }

    ApiError? AudienceError(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return WithoutAudience;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return _audiences.IsEmpty || IsAudience(value) ? null : JwtErrors.NotInAudience;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return JwtErrors.AudienceMalformed;
        }

        var accepted = _audiences.IsEmpty;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return JwtErrors.AudienceMalformed;
            }

            accepted |= IsAudience(item);
        }

        // An empty array names no audience, and is treated like an absent claim.
        return value.GetArrayLength() == 0 ? WithoutAudience : accepted ? null : JwtErrors.NotInAudience;
    }

    ApiError? WithoutAudience => config.JwtAudRequired ? JwtErrors.NotInAudience : null;

    bool IsAudience(JsonElement value)
    {
        foreach (var audience in _audiences)
        {
            if (value.ValueEquals(audience))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Compared as text, character by character. RFC 7519 §4.1.1.</summary>
    ApiError? IssuerError(JsonElement claims) =>
        config.JwtIssuer is not { } issuer
        || (claims.TryGetProperty("iss", out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(issuer))
            ? null
            : JwtErrors.IssuerRefused;

    /// <summary>Text as it is; anything else is its compact JSON, so <c>null</c> is a role of that name and not "no role".</summary>
    static string RoleName(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }

        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return value.GetRawText();
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Encoder }))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// The payload with <c>role</c> set. Every other member is copied byte for byte: a number read and written again could lose digits, and policies
    /// compare them.
    /// </summary>
    static string WithRole(ReadOnlySpan<byte> payload, string role)
    {
        var output = new ArrayBufferWriter<byte>(payload.Length + role.Length + 16);
        var quoted = Encoding.UTF8.GetBytes(Quote(role));
        var roleWritten = false;
        var first = true;
        output.Write("{"u8);
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRole = reader.ValueTextEquals("role"u8);
            var nameStart = (int)reader.TokenStartIndex;
            var nameEnd = nameStart + reader.ValueSpan.Length + 2;
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            var valueEnd = (int)reader.BytesConsumed;

            // Of a repeated role only the first place is kept.
            if (isRole && roleWritten)
            {
                continue;
            }

            output.Write(first ? ""u8 : ","u8);
            first = false;
            output.Write(payload[nameStart..nameEnd]);
            output.Write(":"u8);
            output.Write(isRole ? quoted : payload[valueStart..valueEnd]);
            roleWritten |= isRole;
        }

        if (!roleWritten)
        {
            output.Write(first ? "\"role\":"u8 : ",\"role\":"u8);
            output.Write(quoted);
        }

        output.Write("}"u8);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    static string Quote(string text) => $"\"{Encoder.Encode(text)}\"";
}
