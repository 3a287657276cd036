using AutoRest.Server.Auth;
using AutoRest.Server.Errors;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>Examples printed in the standards.</summary>
public class TokenVectorTests
{
    /// <summary>{"iss":"joe","exp":1300819380,"http://example.com/is_root":true}, with line breaks.</summary>
    const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    const string HmacKey = """{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""";

    const string EcKey =
        """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""";

    const string EdKey = """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""";

    [Theory]
    [InlineData("RFC 7515 A.1", HmacKey, "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + Payload + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]
    [InlineData("RFC 7515 A.3", EcKey, "eyJhbGciOiJFUzI1NiJ9." + Payload
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")]
    public void A_token_of_the_standard_verifies_in_its_time(string source, string key, string token)
    {
        Assert.NotEmpty(source);
        var result = Tokens.Accept(token, Tokens.Config(key), 1300819380);

        Assert.Equal("anon", result.Role);
        Assert.Equal("""{"iss":"joe","exp":1300819380,"http://example.com/is_root":true,"role":"anon"}""", result.ClaimsJson);
        Assert.Equal(JwtErrors.Expired, Tokens.Refuse(token, Tokens.Config(key), 1300819380 + 31));
    }

    [Fact]
    public void The_unsecured_token_of_RFC_7519_is_refused() =>
        Assert.Equal(JwtErrors.Unsecured, Tokens.Refuse("eyJhbGciOiJub25lIn0." + Payload + "."));

    [Fact]
    public void The_signature_of_RFC_8037_verifies_and_its_payload_is_no_claims_object() =>
        Assert.Equal(JwtErrors.ClaimsUnreadable, Tokens.Refuse(
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
            Tokens.Config(EdKey)));

    [Theory]
    [InlineData("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void A_signature_of_RFC_8032_verifies_and_no_changed_one_does(string key, string message, string signature)
    {
        var verifier = Ed25519.Import(Convert.FromHexString(key))!;
        var text = Convert.FromHexString(message);
        var right = Convert.FromHexString(signature);

        Assert.True(verifier.Verify(text, right));
        Assert.False(verifier.Verify([.. text, 0], right));
        Assert.False(verifier.Verify(text, right.AsSpan(0, 63)));
        foreach (var at in (int[])[0, 31, 32, 63])
        {
            var changed = right.ToArray();
            changed[at] ^= 1;
            Assert.False(verifier.Verify(text, changed));
        }
    }

    [Fact]
    public void A_signature_with_the_order_of_the_group_added_is_refused()
    {
        var verifier = Ed25519.Import(Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))!;
        var signature = Convert.FromHexString(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        var order = System.Numerics.BigInteger.Pow(2, 252)
            + System.Numerics.BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true) + order;

        Assert.True(s.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true));
        Assert.False(verifier.Verify([], signature));
    }

    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("d75a98")]
    public void A_key_that_is_weak_or_no_point_is_refused(string key) => Assert.Null(Ed25519.Import(Convert.FromHexString(key)));
}
