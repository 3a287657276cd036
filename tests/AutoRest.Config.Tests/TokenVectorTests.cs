using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using AutoRest.Server.Auth;
using AutoRest.Server.Errors;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>Examples printed in the standards.</summary>
public class TokenVectorTests
{
    /// <summary>{"iss":"joe","exp":1300819380,"http://example.com/is_root":true}, with line breaks.</summary>
    const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    /// <summary>Key and token of every compact signature the standards print; RFC 7520 §4.5 to §4.8 are of other serializations.</summary>
    static readonly Lazy<JsonElement[]> Vectors = new(static () =>
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(ConfigTextTests.RepositoryFile("tests/AutoRest.Config.Tests/token-vectors.json")!));
        return [.. document.RootElement.Clone().EnumerateArray()];
    });

    public static TheoryData<string> Sources() => [.. Vectors.Value.Select(v => v.GetProperty("source").GetString()!)];

    [Theory]
    [MemberData(nameof(Sources))]
    public void A_token_of_the_standards_verifies_and_no_changed_one_does(string source)
    {
        var vector = Vectors.Value.Single(v => v.GetProperty("source").GetString() == source);
        var token = vector.GetProperty("token").GetString()!;
        var verifier = new JwtVerifier(JwtKeys.Parse(Encoding.UTF8.GetBytes(vector.GetProperty("key").GetRawText())).Keys);
        var parts = token.Split('.');

        Assert.Equal(Base64Url.DecodeFromChars(parts[1]), verifier.Verify(token));
        foreach (var at in (int[])[0, parts[2].Length / 2, parts[2].Length - 2])
        {
            var changed = parts[2].ToCharArray();
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            Refuses($"{parts[0]}.{parts[1]}.{new string(changed)}", JwtErrors.NoKeyVerifies);
        }

        Refuses($"{parts[0]}.{parts[1]}AAAA.{parts[2]}", JwtErrors.NoKeyVerifies);

        // RFC 7520 §4.5: detached content is not there to be verified.
        Refuses($"{parts[0]}..{parts[2]}", JwtErrors.NoKeyVerifies);

        void Refuses(string wrong, ApiError error) => Assert.Equal(error, Assert.Throws<ApiException>(() => verifier.Verify(wrong)).Error);
    }

    [Theory]
    [InlineData("RFC 7515 A.1")]
    [InlineData("RFC 7515 A.2")]
    [InlineData("RFC 7515 A.3")]
    public void The_claims_of_the_standard_count_in_their_time(string source)
    {
        var vector = Vectors.Value.Single(v => v.GetProperty("source").GetString() == source);
        var (key, token) = (vector.GetProperty("key").GetRawText(), vector.GetProperty("token").GetString()!);
        var result = Tokens.Accept(token, Tokens.Config(key), 1300819380);

        Assert.Equal("anon", result.Role);
        Assert.Equal("""{"iss":"joe","exp":1300819380,"http://example.com/is_root":true,"role":"anon"}""", result.ClaimsJson);
        Assert.Equal(JwtErrors.Expired, Tokens.Refuse(token, Tokens.Config(key), 1300819380 + 31));
    }

    [Fact]
    public void The_unsecured_token_of_RFC_7519_is_refused() =>
        Assert.Equal(JwtErrors.Unsecured, Tokens.Refuse("eyJhbGciOiJub25lIn0." + Payload + "."));

    [Fact]
    public void The_payload_of_RFC_8037_is_no_claims_object()
    {
        var vector = Vectors.Value.Single(v => v.GetProperty("source").GetString() == "RFC 8037 A.4");

        Assert.Equal(JwtErrors.ClaimsUnreadable, Tokens.Refuse(vector.GetProperty("token").GetString()!, Tokens.Config(vector.GetProperty("key").GetRawText())));
    }

    [Fact]
    public void The_unencoded_payload_of_RFC_7797_is_refused()
    {
        const string Key = """{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""";

        // RFC 7797 §4.2: the payload "$.02", not encoded, whose dot makes a fourth part; and detached.
        const string Header = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19";
        const string Signature = "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY";
        Assert.Equal("Expected 3 parts in JWT; got 4", Tokens.Refuse($"{Header}.$.02.{Signature}", Tokens.Config(Key)).Message);
        Assert.Equal(JwtErrors.CryptoFailed, Tokens.Refuse($"{Header}..{Signature}", Tokens.Config(Key)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Field_arithmetic_agrees_with_big_integers(int seed)
    {
        var p = System.Numerics.BigInteger.Pow(2, 255) - 19;
        var random = new Random(seed);
        var edge = new[] { 0, 1, 2, 18, 19, 20, p - 1, p - 2, p - 19, (p - 1) / 2, System.Numerics.BigInteger.Pow(2, 51) - 1, System.Numerics.BigInteger.Pow(2, 204) };
        for (var i = 0; i < 2000; i++)
        {
            var (a, b) = (Next(), Next());
            var (x, y) = (Field(a), Field(b));
            Assert.Equal((a + b) % p, Number(x + y));
            Assert.Equal((a + p - b) % p, Number(x - y));
            Assert.Equal(a * b % p, Number(x * y));
            Assert.Equal(a * a % p, Number(x.Square()));

            // Results of results: limbs that are not reduced.
            Assert.Equal((((a - b) * (a + b) - a) % p + p) % p, Number((x - y) * (x + y) - x));
        }

        Assert.Equal(System.Numerics.BigInteger.ModPow(12345, p - 2, p), Number(Field25519.Of(12345).Invert()));
        Assert.Equal(System.Numerics.BigInteger.ModPow(12345, (p - 5) / 8, p), Number(Field25519.Of(12345).RootPower()));
        Assert.Null(Field25519.Decode(Bytes(p)));
        Assert.Null(Field25519.Decode(Bytes(p + 18)));

        System.Numerics.BigInteger Next()
        {
            if (random.Next(4) == 0)
            {
                return edge[random.Next(edge.Length)];
            }

            var bytes = new byte[32];
            random.NextBytes(bytes);
            return new System.Numerics.BigInteger(bytes, isUnsigned: true) % p;
        }

        static byte[] Bytes(System.Numerics.BigInteger value)
        {
            var bytes = new byte[32];
            Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
            return bytes;
        }

        static Field25519 Field(System.Numerics.BigInteger value) => Field25519.Decode(Bytes(value))!.Value;

        static System.Numerics.BigInteger Number(Field25519 value)
        {
            var bytes = new byte[32];
            value.Encode(bytes);
            return new(bytes, isUnsigned: true);
        }
    }

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
