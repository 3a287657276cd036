using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoRest.Cli;

/// <summary>Makes JSON Web Tokens for development, signed HS256 with the stack's own secret.</summary>
static class Token
{
    /// <summary>The demo rows' owner, so that a token without arguments may change some of them.</summary>
    public const string DefaultSubject = "alice";

    public const string DefaultRole = "web_user";

    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Signs a token.</summary>
    /// <param name="secret">At least 32 bytes.</param>
    /// <param name="claims">What to say, in order.</param>
    public static string Sign(string secret, JsonObject claims)
    {
        var key = Encoding.UTF8.GetBytes(secret);
        if (key.Length < 32)
        {
            throw new CliError($"The JWT secret has {key.Length} bytes and needs at least 32: put a longer one into secrets/jwt_secret.");
        }

        var signed = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString(Compact)));
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }

    /// <summary>Claims of a development token. <paramref name="more"/> wins over the others.</summary>
    /// <param name="role">Database role the request becomes.</param>
    /// <param name="subject">Who it is; the demo policies compare it with a row's owner.</param>
    /// <param name="now">Time of issue.</param>
    /// <param name="lifetime"><see langword="null"/> never expires.</param>
    /// <param name="more"><c>name=value</c>; the value is JSON when it reads as JSON, else text.</param>
    public static JsonObject Claims(string? role, string? subject, DateTimeOffset now, TimeSpan? lifetime, IEnumerable<string> more)
    {
        var claims = new JsonObject();
        if (role is { Length: > 0 })
        {
            claims["role"] = role;
        }

        if (subject is { Length: > 0 })
        {
            claims["sub"] = subject;
        }

        claims["iat"] = now.ToUnixTimeSeconds();
        if (lifetime is { } duration)
        {
            claims["exp"] = (now + duration).ToUnixTimeSeconds();
        }

        foreach (var claim in more)
        {
            var equals = claim.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new CliError($"The claim \"{claim}\" has no name or no value: write --claim name=value.");
            }

            claims[claim[..equals]] = Value(claim[(equals + 1)..]);
        }

        return claims;
    }

    static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    /// <summary>Reads a duration: <c>90s</c>, <c>30m</c>, <c>12h</c>, <c>7d</c>, bare seconds, or <c>never</c>.</summary>
    public static TimeSpan? Lifetime(string text)
    {
        if (text == "never")
        {
            return null;
        }

        var (digits, unit) = text.Length > 0 && "smhd".Contains(text[^1]) ? (text[..^1], text[^1]) : (text, 's');
        // Ten years: past that it is a slip of the finger, or `never`.
        if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) || count is < -315_360_000 or > 315_360_000)
        {
            throw new CliError($"\"{text}\" is no duration: write --expires 30m, 12h, 7d or never.");
        }

        return unit switch { 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), 'd' => TimeSpan.FromDays(count), _ => TimeSpan.FromSeconds(count) };
    }
}
