using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>contract/auth.md §4 and its checklist §10.</summary>
public class ClaimsTests
{
    const long Now = Tokens.Now;

    public static TheoryData<string, string?> Times() => new()
    {
        { "\"exp\":" + (Now - 30), null },
        { "\"exp\":" + (Now - 31), "JWT expired" },
        { "\"exp\":" + (Now - 30) + ".9", null },
        { "\"exp\":" + (Now - 31) + ".9", "JWT expired" },
        { "\"exp\":" + Now + ".0", null },
        { "\"exp\":1e400", null },
        { "\"exp\":99999999999999999999", null },
        { "\"exp\":-1e400", "JWT expired" },
        { "\"exp\":-1", "JWT expired" },
        { "\"exp\":null", null },
        { "\"exp\":\"1\"", "The JWT 'exp' claim must be a number" },
        { "\"exp\":true", "The JWT 'exp' claim must be a number" },
        { "\"exp\":[1]", "The JWT 'exp' claim must be a number" },
        { "\"nbf\":" + (Now + 30), null },
        { "\"nbf\":" + (Now + 31), "JWT not yet valid" },
        { "\"nbf\":1e400", "JWT not yet valid" },
        { "\"nbf\":null", null },
        { "\"nbf\":{}", "The JWT 'nbf' claim must be a number" },
        { "\"iat\":" + (Now + 30), null },
        { "\"iat\":" + (Now + 31), "JWT issued at future" },
        { "\"iat\":null", null },
        { "\"iat\":\"\"", "The JWT 'iat' claim must be a number" },
        { "\"nbf\":\"\",\"exp\":1", "JWT expired" },
        { "\"iat\":\"\",\"nbf\":9e18,\"exp\":9e18", "JWT not yet valid" },
        { "\"aud\":1,\"iat\":9e18", "JWT issued at future" },
        { "\"aud\":1", "The JWT 'aud' claim must be a string or an array of strings" },
        { "\"aud\":{}", "The JWT 'aud' claim must be a string or an array of strings" },
        { "\"aud\":[\"a\",null]", "The JWT 'aud' claim must be a string or an array of strings" },
    };

    [Theory]
    [MemberData(nameof(Times))]
    public void A_claim_is_checked_in_order_and_with_30_seconds_of_grace(string claim, string? message)
    {
        var token = Tokens.Sign("{\"role\":\"web_user\"," + claim + "}");
        if (message is null)
        {
            Assert.Equal("web_user", Tokens.Accept(token).Role);
            return;
        }

        var refusal = Tokens.Refuse(token);
        Assert.Equal(
            ("PGRST303", 401, message, null, $"Bearer error=\"invalid_token\", error_description=\"{message}\""),
            (refusal.Code, refusal.Status, refusal.Message, refusal.Details, refusal.WwwAuthenticate));
    }

    [Theory]
    [InlineData(null, "\"x\"", true)]
    [InlineData(null, "[]", true)]
    [InlineData(null, "null", true)]
    [InlineData("me", "null", true)]
    [InlineData("me", "[]", true)]
    [InlineData("me", "\"me\"", true)]
    [InlineData("me", "\"m\\u0065\"", true)]
    [InlineData("me", "\"ME\"", false)]
    [InlineData("me", "\"\"", false)]
    [InlineData("me", "[\"you\",\"me\"]", true)]
    [InlineData("me", "[\"you\"]", false)]
    public void An_audience_that_is_named_must_be_ours(string? configured, string claim, bool accepted)
    {
        var config = Tokens.Config() with { JwtAud = configured };
        var token = Tokens.Sign("{\"role\":\"web_user\",\"aud\":" + claim + "}");
        if (accepted)
        {
            Assert.Equal("web_user", Tokens.Accept(token, config).Role);
        }
        else
        {
            Assert.Equal(JwtErrors.NotInAudience, Tokens.Refuse(token, config));
        }
    }

    [Theory]
    [InlineData("me", false, "\"me\"", true)]
    [InlineData("me", false, "\"b\"", true)]
    [InlineData(null, false, "\"a\"", true)]
    [InlineData(null, false, "[\"x\",\"b\"]", true)]
    [InlineData(null, false, "\"me\"", false)]
    [InlineData(null, false, "\"a,b\"", false)]
    [InlineData(null, false, "[\"x\"]", false)]
    [InlineData(null, false, "null", true)]
    [InlineData(null, false, "[]", true)]
    [InlineData(null, true, "null", false)]
    [InlineData("me", true, "[]", false)]
    [InlineData("me", true, null, false)]
    [InlineData("me", true, "\"a\"", true)]
    public void Any_of_several_audiences_will_do_and_one_can_be_demanded(string? one, bool required, string? claim, bool accepted)
    {
        var config = Tokens.Config() with { JwtAud = one, JwtAudiences = ["a", "b"], JwtAudRequired = required };
        var token = Tokens.Sign(claim is null ? """{"role":"web_user"}""" : "{\"role\":\"web_user\",\"aud\":" + claim + "}");
        if (accepted)
        {
            Assert.Equal("web_user", Tokens.Accept(token, config).Role);
        }
        else
        {
            Assert.Equal(JwtErrors.NotInAudience, Tokens.Refuse(token, config));
        }
    }

    [Fact]
    public void An_audience_cannot_be_demanded_without_saying_which() =>
        Assert.Equal(
            "ar-jwt-aud-required needs jwt-aud or ar-jwt-audiences",
            Assert.Throws<ConfigException>(() => Authenticator.Check(Tokens.Config() with { JwtAudRequired = true })).Message);

    [Fact]
    public void The_issuer_is_looked_at_after_the_audience()
    {
        var config = Tokens.Config() with { JwtAud = "me", JwtIssuer = "us" };

        Assert.Equal("web_user", Tokens.Accept(Tokens.Sign("""{"role":"web_user","iss":"us"}"""), config).Role);
        Assert.Equal(JwtErrors.NotInAudience, Tokens.Refuse(Tokens.Sign("""{"aud":"you","iss":"them"}"""), config));
        Assert.Equal(JwtErrors.IssuerRefused, Tokens.Refuse(Tokens.Sign("""{"aud":"me","iss":"them","role":"none"}"""), config));
    }

    [Theory]
    [InlineData("""{"role":"web_user"}""", "web_user", """{"role":"web_user"}""")]
    [InlineData("""{ "a" : 1.50 , "role" : "r" , "b" : [ 1e2, 12345678901234567890.10 ] }""", "r", """{"a":1.50,"role":"r","b":[ 1e2, 12345678901234567890.10 ]}""")]
    [InlineData("""{}""", "anon", """{"role":"anon"}""")]
    [InlineData("""{"sub":"x"}""", "anon", """{"sub":"x","role":"anon"}""")]
    [InlineData("""{"role":"a","role":"b"}""", "b", """{"role":"b"}""")]
    [InlineData("""{"r\u006fle":"a"}""", "a", """{"r\u006fle":"a"}""")]
    [InlineData("""{"role":null}""", "null", """{"role":"null"}""")]
    [InlineData("""{"role":5.0}""", "5.0", """{"role":"5.0"}""")]
    [InlineData("""{"role":true}""", "true", """{"role":"true"}""")]
    [InlineData("""{"role":{"a": [1, "x"]}}""", """{"a":[1,"x"]}""", """{"role":"{\"a\":[1,\"x\"]}"}""")]
    [InlineData("""{"role":"a\"b\\c\n"}""", "a\"b\\c\n", """{"role":"a\"b\\c\n"}""")]
    [InlineData("""{"role":"R\u00f6le","t":"\u00fc"}""", "Röle", """{"role":"Röle","t":"\u00fc"}""")]
    public void Claims_are_passed_on_byte_for_byte_with_the_effective_role(string payload, string role, string claims)
    {
        Assert.Equal(new AuthResult(role, claims), Tokens.Accept(Tokens.Sign(payload)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData("a\\u0000b")]
    public void A_role_that_PostgreSQL_would_not_look_up_is_answered_like_one_that_does_not_exist(string role)
    {
        var refusal = Tokens.Refuse(Tokens.Sign($$"""{"role":"{{role}}"}"""));

        Assert.Equal(
            ("22023", 401, $"role \"{role.Replace("\\u0000", "\0")}\" does not exist", "Bearer"),
            (refusal.Code, refusal.Status, refusal.Message, refusal.WwwAuthenticate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("{} x")]
    [InlineData("{'role':'x'}")]
    [InlineData("""{"role":"\ud800"}""")]
    public void A_payload_that_is_no_claims_object_is_refused_after_its_signature(string payload) =>
        Assert.Equal(JwtErrors.ClaimsUnreadable, Tokens.Refuse(Tokens.Sign(payload)));

    [Fact]
    public void A_request_without_token_runs_as_the_anonymous_role()
    {
        var authenticator = Tokens.With(Tokens.Config() with { DbAnonRole = "a \"b\"" });
        var anonymous = new AuthResult("a \"b\"", """{"role":"a \"b\""}""");

        Assert.All((string?[])[null, "", "Basic x", "Bearerx", "Bearer-x y", "Bear"], header => Assert.Equal(anonymous, authenticator.Authenticate(header)));
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer ")]
    [InlineData("BEARER \t ")]
    public void A_scheme_without_token_is_an_empty_token(string header) =>
        Assert.Equal(JwtErrors.EmptyToken, Assert.Throws<ApiException>(() => Tokens.With(Tokens.Config()).Authenticate(header)).Error);

    [Fact]
    public void Without_anonymous_role_a_token_without_role_and_no_token_are_refused()
    {
        var config = Tokens.Config() with { DbAnonRole = null };

        Assert.Equal(JwtErrors.AnonymousDisabled, Tokens.Refuse(Tokens.Sign("{}"), config));
        Assert.Equal(JwtErrors.AnonymousDisabled, Assert.Throws<ApiException>(() => Tokens.With(config).Authenticate(null)).Error);
    }

    [Fact]
    public void Without_secret_every_token_is_the_servers_fault()
    {
        var config = new AppConfig { DbAnonRole = "anon" };

        Assert.Equal(("PGRST300", 500, null), (Tokens.Refuse("", config).Code, Tokens.Refuse("x", config).Status, Tokens.Refuse("x", config).WwwAuthenticate));
        Assert.Equal("anon", Tokens.With(config).Authenticate(null).Role);
    }

    [Theory]
    [InlineData("none")]
    public void An_anonymous_role_that_would_be_the_authenticator_is_refused(string role) =>
        Assert.Equal("22023", Assert.Throws<ApiException>(() => Tokens.With(Tokens.Config() with { DbAnonRole = role }).Authenticate(null)).Error.Code);
}
