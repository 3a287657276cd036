using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoRest.Cli.Tests;

public class TokenTests
{
    const string Secret = "reallyreallyreallyreallyverysafe";

    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    static JsonObject Claims(params string[] more) => Token.Claims("web_user", "alice", Now, TimeSpan.FromHours(1), more);

    [Fact]
    public void Token_has_the_signature_that_the_secret_gives()
    {
        var parts = Token.Sign(Secret, Claims()).Split('.');

        Assert.Equal("""{"alg":"HS256","typ":"JWT"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        Assert.Equal("""{"role":"web_user","sub":"alice","iat":1700000000,"exp":1700003600}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])));
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(parts[0] + "." + parts[1]));
        Assert.Equal(expected, Base64Url.DecodeFromChars(parts[2]));
    }

    [Fact]
    public void Known_token_is_reproduced()
    {
        // The reference documentation's example: role todo_user, this secret.
        var token = Token.Sign("reallyreallyreallyreallyverysafe", new JsonObject { ["role"] = "todo_user" });

        Assert.Equal("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoidG9kb191c2VyIn0", token[..token.LastIndexOf('.')]);
        Assert.DoesNotContain('=', token);
    }

    [Theory]
    [InlineData("tenant=7", "tenant", "7")]
    [InlineData("admin=true", "admin", "true")]
    [InlineData("""app={"a":[1]}""", "app", """{"a":[1]}""")]
    [InlineData("email=a@b.c", "email", "\"a@b.c\"")]
    [InlineData("eq=a=b", "eq", "\"a=b\"")]
    [InlineData("empty=", "empty", "\"\"")]
    [InlineData("sub=bob", "sub", "\"bob\"")]
    public void Claim_is_JSON_when_it_reads_as_JSON_else_text(string claim, string name, string expected)
    {
        var claims = Claims(claim);

        Assert.Equal(expected, claims[name]!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Theory]
    [InlineData("novalue")]
    [InlineData("=x")]
    [InlineData("")]
    public void Claim_without_name_is_refused(string claim) =>
        Assert.Contains("--claim name=value", Assert.Throws<CliError>(() => Claims(claim)).Message, StringComparison.Ordinal);

    [Fact]
    public void Empty_role_and_subject_and_no_lifetime_leave_the_claims_out()
    {
        var claims = Token.Claims("", "", Now, null, []);

        Assert.Equal(["iat"], claims.Select(claim => claim.Key));
    }

    [Fact]
    public void Short_secret_is_refused() =>
        Assert.Contains("needs at least 32", Assert.Throws<CliError>(() => Token.Sign(new string('x', 31), [])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("12h", 43200)]
    [InlineData("7d", 604800)]
    [InlineData("-1m", -60)]
    public void Lifetime_takes_a_unit(string text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Token.Lifetime(text));

    [Fact]
    public void Lifetime_never_is_none() => Assert.Null(Token.Lifetime("never"));

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("1.5h")]
    [InlineData("1w")]
    [InlineData("99999999999999999999d")]
    [InlineData("999999999d")]
    public void Bad_lifetime_is_refused(string text) => Assert.Throws<CliError>(() => Token.Lifetime(text));
}
