using System.Text;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using Xunit;

namespace AutoRest.Config.Tests;

public class JwtKeysTests
{
    const string Oct = """{"kty":"oct","kid":"o","k":"c2hvcnQ"}""";

    [Theory]
    [InlineData(Oct, 1)]
    [InlineData("""{"keys":[]}""", 0)]
    [InlineData("""{"keys":[""" + Oct + "," + Oct + "]}", 2)]
    [InlineData("""{"keys":[""" + Oct + """,{"kty":"XYZ"},{"kty":"oct","k":"AAAA","alg":"A128KW"},{"kty":"OKP","crv":"Ed448","x":"AAAA"}]}""", 4)]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AAAA","y":"AAAA"}""", 1)]
    public void A_key_or_set_is_read_and_needs_no_length(string secret, int keys) =>
        Assert.Equal(keys, JwtKeys.Parse(Encoding.UTF8.GetBytes(secret)).Keys.Length);

    [Theory]
    [InlineData("""{"kty":"RSA","e":"AQAB","comment":"the modulus is missing"}""")]
    [InlineData("""{"kty":"oct","k":"c2hvcnQ=","comment":"padding is not allowed"}""")]
    [InlineData("""{"kty":"oct","kid":1,"k":"c2hvcnQ","comment":"the id is no text"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","comment":"not a point of the curve"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AAAA","comment":"too short"}""")]
    [InlineData("""{"keys":[{"kty":"RSA"}],"comment":"one bad key spoils the set"}""")]
    [InlineData("""{"comment":"no key at all, but long enough for a secret"}""")]
    public void A_misspelt_key_becomes_a_text_secret_with_a_warning(string secret)
    {
        var keys = JwtKeys.Parse(Encoding.UTF8.GetBytes(secret));

        Assert.IsType<HmacKey>(Assert.Single(keys.Keys));
        Assert.True(keys.LooksLikeFailedJson);
        Assert.Single(Tokens.With(Tokens.Config(secret)).Warnings);
        Assert.Equal("r", Tokens.Accept(Tokens.Sign("""{"role":"r"}""", secret: secret), Tokens.Config(secret)).Role);
    }

    [Theory]
    [InlineData("1234567890123456789012345678901", false)]
    [InlineData("12345678901234567890123456789012", true)]
    [InlineData("éééééééééééééééé", true)]
    [InlineData("{}", false)]
    [InlineData("[]", false)]
    public void A_text_secret_has_at_least_32_bytes(string secret, bool accepted)
    {
        if (accepted)
        {
            Assert.Empty(Tokens.With(Tokens.Config(secret)).Warnings);
            return;
        }

        Assert.Throws<ConfigException>(() => Authenticator.Check(Tokens.Config(secret)));
        var error = Assert.Throws<ConfigException>(() => Tokens.With(Tokens.Config(secret)));
        Assert.Equal("The JWT secret must be at least 32 characters long.", error.StartupText);
        Assert.Equal("Failed reloading config: The JWT secret must be at least 32 characters long.", error.ReloadText);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_a_secret() =>
        Assert.Single(JwtKeys.Parse(Enumerable.Repeat((byte)0xFF, 32).ToArray()).Keys);
}
