using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>Makes tokens, and asks an authenticator about them.</summary>
static class Tokens
{
    public const string Secret = "a-secret-of-the-tests-0123456789abcdef";
    public const string Header = """{"alg":"HS256","typ":"JWT"}""";

    /// <summary>2025-01-01.</summary>
    public const long Now = 1735689600;

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Sign(string payload, string header = Header, string secret = Secret) =>
        Seal(Encode(header) + "." + Encode(payload), signed => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));

    public static string Seal(string signed, Func<byte[], byte[]> sign) =>
        signed + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)));

    public static AppConfig Config(string secret = Secret) => new() { JwtSecret = Encoding.UTF8.GetBytes(secret), DbAnonRole = "anon" };

    public static Authenticator With(AppConfig config, long now = Now) => new(config, clock: new FixedClock(now));

    public static AuthResult Accept(string token, AppConfig? config = null, long now = Now) =>
        With(config ?? Config(), now).Authenticate("Bearer " + token);

    public static ApiError Refuse(string token, AppConfig? config = null, long now = Now) =>
        Assert.Throws<ApiException>(() => With(config ?? Config(), now).Authenticate("Bearer " + token)).Error;

    public sealed class FixedClock(long seconds) : TimeProvider
    {
        public long Seconds { get; set; } = seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Seconds);
    }
}
