using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AutoRest.Server.Errors;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>Tokens that somebody without the key could send.</summary>
public class TokenAttackTests
{
    const string Claims = """{"role":"web_user"}""";

    static readonly string EcKey = Jwk(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static TheoryData<string, string, string> Malformed() => new()
    {
        { "no algorithm member", """{"typ":"JWT"}""", "crypto" },
        { "algorithm none", """{"alg":"none"}""", "unsecured" },
        { "algorithm None", """{"alg":"None"}""", "crypto" },
        { "algorithm NONE", """{"alg":"NONE"}""", "crypto" },
        { "algorithm nOnE", """{"alg":"nOnE"}""", "crypto" },
        { "algorithm none, escaped", """{"alg":"n\u006fne"}""", "unsecured" },
        { "algorithm none with a blank", """{"alg":" none"}""", "crypto" },
        { "algorithm none with a NUL", """{"alg":"none\u0000"}""", "crypto" },
        { "algorithm with a NUL", """{"alg":"HS256\u0000"}""", "crypto" },
        { "empty algorithm", """{"alg":""}""", "crypto" },
        { "algorithm of direct encryption", """{"alg":"dir","enc":"A256GCM"}""", "crypto" },
        { "algorithm of a curve of ours nobody asked for", """{"alg":"ES256K"}""", "crypto" },
        { "algorithm in lower case", """{"alg":"hs256"}""", "crypto" },
        { "algorithm with a blank", """{"alg":"HS256 "}""", "crypto" },
        { "algorithm null", """{"alg":null}""", "crypto" },
        { "algorithm list", """{"alg":["HS256"]}""", "crypto" },
        { "algorithm of encryption", """{"alg":"RSA-OAEP","enc":"A256GCM"}""", "crypto" },
        { "algorithm twice", """{"alg":"HS256","alg":"HS256"}""", "crypto" },
        { "algorithm twice, once escaped", """{"alg":"HS256","\u0061lg":"none"}""", "crypto" },
        { "a member twice", """{"alg":"HS256","x":1,"x":2}""", "crypto" },
        { "critical extension", """{"alg":"HS256","crit":["exp"],"exp":1}""", "crypto" },
        { "critical extension, empty list", """{"alg":"HS256","crit":[]}""", "crypto" },
        { "critical extension, null", """{"alg":"HS256","crit":null}""", "crypto" },
        { "unencoded payload", """{"alg":"HS256","b64":false,"crit":["b64"]}""", "crypto" },
        { "number as key id", """{"alg":"HS256","kid":1}""", "crypto" },
        { "list as type", """{"alg":"HS256","typ":["JWT"]}""", "crypto" },
        { "object as content type", """{"alg":"HS256","cty":{}}""", "crypto" },
        { "trailing comma", """{"alg":"HS256",}""", "crypto" },
        { "comment", """{"alg":"HS256"/**/}""", "crypto" },
        { "text after the header", """{"alg":"HS256"} x""", "crypto" },
        { "two headers", """{"alg":"HS256"}{"alg":"none"}""", "crypto" },
        { "list", "[]", "crypto" },
        { "text", "\"HS256\"", "crypto" },
        { "half an object", """{"alg":"HS256" """, "crypto" },
        { "nothing", "", "crypto" },
        { "half a surrogate pair", """{"alg":"HS256","kid":"\ud800"}""", "crypto" },
        { "key id that is a path", """{"alg":"HS256","kid":"../../../dev/null"}""", "none fits" },
        { "key id that is SQL", """{"alg":"HS256","kid":"' or 1=1 --"}""", "none fits" },
        { "key id of another machine", """{"alg":"HS256","kid":"https://evil.test/key"}""", "none fits" },
        { "key id with a NUL", """{"alg":"HS256","kid":"a\u0000"}""", "none fits" },
        { "key id with a line feed", """{"alg":"HS256","kid":"a\r\nX-Injected: 1"}""", "none fits" },
        { "huge key id", $$"""{"alg":"HS256","kid":"{{new string('k', 20_000)}}"}""", "none fits" },
        { "header nested without end", $$"""{"alg":"HS256","x":{{new string('[', 10_000)}}""", "crypto" },
        { "empty key id", """{"alg":"HS256","kid":""}""", "none fits" },
        { "longer hash", """{"alg":"HS384"}""", "none fits" },
        { "signature of another family", """{"alg":"RS256"}""", "none fits" },
        { "elliptic curve", """{"alg":"ES256"}""", "none fits" },
        { "Edwards curve", """{"alg":"EdDSA"}""", "none fits" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_header_that_is_not_exactly_right_is_refused_although_the_signature_is_genuine(string name, string header, string expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(
            expected switch { "crypto" => JwtErrors.CryptoFailed, "unsecured" => JwtErrors.Unsecured, _ => JwtErrors.NoSuitableKey },
            Tokens.Refuse(Tokens.Sign(Claims, header)));
    }

    [Fact]
    public void A_key_in_the_header_is_never_used()
    {
        var mine = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("a-key-of-the-attacker-0123456789abcdef"));
        var header = $$"""{"alg":"HS256","jwk":{"kty":"oct","k":"{{mine}}"},"jku":"https://evil.test/keys","x5u":"https://evil.test/x"}""";

        Assert.Equal(JwtErrors.NoKeyVerifies, Tokens.Refuse(Tokens.Sign(Claims, header, "a-key-of-the-attacker-0123456789abcdef")));
    }

    [Fact]
    public void A_public_key_is_never_an_HMAC_secret()
    {
        var set = $$"""{"keys":[{{EcKey}}]}""";
        foreach (var secret in (string[])[set, EcKey, "x", ""])
        {
            Assert.Equal(JwtErrors.NoSuitableKey, Tokens.Refuse(Tokens.Sign(Claims, secret: secret), Tokens.Config(set)));
        }
    }

    [Fact]
    public void An_algorithm_is_bound_to_its_curve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var token = Tokens.Seal(
            Tokens.Encode("""{"alg":"ES384"}""") + "." + Tokens.Encode(Claims), signed => key.SignData(signed, HashAlgorithmName.SHA384));

        Assert.Equal(JwtErrors.NoSuitableKey, Tokens.Refuse(token, Tokens.Config(Jwk(key))));
    }

    [Fact]
    public void An_ECDSA_signature_has_its_exact_length_and_no_other_form()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var config = Tokens.Config(Jwk(key));
        var head = Tokens.Encode("""{"alg":"ES256"}""") + "." + Tokens.Encode(Claims);
        var right = key.SignData(Encoding.ASCII.GetBytes(head), HashAlgorithmName.SHA256);
        var der = key.SignData(Encoding.ASCII.GetBytes(head), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        Assert.Equal("web_user", Tokens.Accept(Tokens.Seal(head, _ => right), config).Role);
        foreach (var wrong in (byte[][])[[], new byte[64], [.. right, 0], [0, .. right], right[..63], right[..32], der])
        {
            Assert.Equal(JwtErrors.NoKeyVerifies, Tokens.Refuse(Tokens.Seal(head, _ => wrong), config));
        }
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    public void RSA_verifies_with_the_padding_of_its_algorithm_only(string algorithm)
    {
        using var key = RSA.Create(2048);
        var parameters = key.ExportParameters(false);
        var jwk = $$"""{"kty":"RSA","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"{{Base64Url.EncodeToString(parameters.Exponent)}}"}""";
        var hash = new HashAlgorithmName("SHA" + algorithm[2..]);
        var head = Tokens.Encode($$"""{"alg":"{{algorithm}}"}""") + "." + Tokens.Encode(Claims);
        var (right, wrong) = algorithm[0] == 'P' ? (RSASignaturePadding.Pss, RSASignaturePadding.Pkcs1) : (RSASignaturePadding.Pkcs1, RSASignaturePadding.Pss);

        Assert.Equal("web_user", Tokens.Accept(Tokens.Seal(head, s => key.SignData(s, hash, right)), Tokens.Config(jwk)).Role);
        Assert.Equal(JwtErrors.NoKeyVerifies, Tokens.Refuse(Tokens.Seal(head, s => key.SignData(s, hash, wrong)), Tokens.Config(jwk)));
        Assert.Equal(JwtErrors.NoKeyVerifies, Tokens.Refuse(Tokens.Seal(head, _ => []), Tokens.Config(jwk)));
    }

    [Theory]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public void Larger_curves_verify(string algorithm)
    {
        using var key = ECDsa.Create(algorithm == "ES384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP521);
        var token = Tokens.Seal(Tokens.Encode($$"""{"alg":"{{algorithm}}"}""") + "." + Tokens.Encode(Claims),
            s => key.SignData(s, new HashAlgorithmName("SHA" + algorithm[2..])));

        Assert.Equal("web_user", Tokens.Accept(token, Tokens.Config(Jwk(key))).Role);
    }

    [Fact]
    public void Every_other_spelling_of_a_genuine_token_is_refused()
    {
        var token = Tokens.Sign(Claims);
        var parts = token.Split('.');
        // 32 bytes leave two unused bits in the last character: the next one in the alphabet decodes to the same bytes.
        var last = parts[2][^1];
        var sibling = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".IndexOf(last) | 1];
        string[] spellings =
        [
            token + "=", token[..^1] + sibling, token + " ", token + "\t", token + "\0", parts[0] + "=." + parts[1] + "." + parts[2],
            parts[0] + "." + parts[1] + "\n." + parts[2], parts[0] + " ." + parts[1] + "." + parts[2], token.Replace(parts[2], parts[2][..20] + " " + parts[2][20..]),
            parts[0] + "." + parts[1] + "." + parts[2].Insert(5, "+"), token[..^1] + "é", token[..^1] + "Ａ",
        ];

        Assert.Equal("web_user", Tokens.Accept(token).Role);
        Assert.All(spellings, spelling => Assert.Equal(JwtErrors.CryptoFailed, Tokens.Refuse(spelling)));
    }

    [Fact]
    public void A_token_of_encryption_has_five_parts_and_is_refused_by_their_number() =>
        Assert.Equal("Expected 3 parts in JWT; got 5", Tokens.Refuse("eyJhbGciOiJkaXIifQ....").Message);

    [Fact]
    public void A_huge_token_is_refused_before_it_is_decoded()
    {
        var token = Tokens.Sign($$"""{"role":"web_user","x":"{{new string('x', 70_000)}}"}""");

        Assert.Equal(JwtErrors.CryptoFailed, Tokens.Refuse(token));
        Assert.Equal(1_000_001, Tokens.Refuse(new string('.', 1_000_000)).Message is var m ? int.Parse(m.Split(' ')[^1]) : 0);
    }

    [Fact]
    public void Every_prefix_of_a_token_is_refused_with_an_ApiError()
    {
        var token = Tokens.Sign(Claims);
        for (var length = 0; length < token.Length; length++)
        {
            Assert.Equal("PGRST301", Tokens.Refuse(token[..length]).Code);
        }
    }

    [Fact]
    public void Every_single_changed_character_is_refused()
    {
        var token = Tokens.Sign(Claims);
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.Equal("PGRST301", Tokens.Refuse(changed).Code);
        }
    }

    [Fact]
    public void Claims_nested_beyond_measure_are_refused() =>
        Assert.Equal(JwtErrors.ClaimsUnreadable, Tokens.Refuse(Tokens.Sign("{\"x\":" + new string('[', 5000) + new string(']', 5000) + "}")));

    /// <summary>r = 0 and s = 0 verified everything in a well-known implementation (CVE-2022-21449); the others are its relatives.</summary>
    [Theory]
    [InlineData("ES256", 32, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")]
    [InlineData("ES384", 48, "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973")]
    public void An_ECDSA_signature_of_zeros_ones_or_the_order_is_refused(string algorithm, int size, string order)
    {
        using var key = ECDsa.Create(algorithm == "ES256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        var config = Tokens.Config(Jwk(key));
        var head = Tokens.Encode($$"""{"alg":"{{algorithm}}"}""") + "." + Tokens.Encode(Claims);
        var right = key.SignData(Encoding.ASCII.GetBytes(head), new HashAlgorithmName("SHA" + algorithm[2..]));
        var n = Convert.FromHexString(order);
        byte[] zero = new byte[size], one = [.. new byte[size - 1], 1], ones = [.. Enumerable.Repeat((byte)0xFF, size)];
        byte[] r = right[..size], s = right[size..];

        Assert.Equal("web_user", Tokens.Accept(Tokens.Seal(head, _ => right), config).Role);
        foreach (var wrong in (byte[][])
            [[.. zero, .. zero], [.. zero, .. s], [.. r, .. zero], [.. n, .. s], [.. r, .. n], [.. n, .. n], [.. ones, .. ones], [.. one, .. one], [.. s, .. r]])
        {
            Assert.Equal(JwtErrors.NoKeyVerifies, Tokens.Refuse(Tokens.Seal(head, _ => wrong), config));
        }
    }

    [Fact]
    public void The_other_half_of_an_ECDSA_signature_says_nothing_new()
    {
        // (r, n - s) is as valid as (r, s): RFC 7518 does not demand the smaller s. Claims and role are the same, and nothing here takes a token's text for
        // its identity: the cache only holds it twice.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var head = Tokens.Encode("""{"alg":"ES256"}""") + "." + Tokens.Encode(Claims);
        var right = key.SignData(Encoding.ASCII.GetBytes(head), HashAlgorithmName.SHA256);
        var order = new System.Numerics.BigInteger(
            Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"), isUnsigned: true, isBigEndian: true);
        var other = (order - new System.Numerics.BigInteger(right.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] mirrored = [.. right[..32], .. new byte[32 - other.Length], .. other];

        Assert.Equal(
            Tokens.Accept(Tokens.Seal(head, _ => right), Tokens.Config(Jwk(key))),
            Tokens.Accept(Tokens.Seal(head, _ => mirrored), Tokens.Config(Jwk(key))));
    }

    [Theory]
    [InlineData("""{"role":"guest","role":"web_user"}""", "web_user", """{"role":"web_user"}""")]
    [InlineData("""{"role":"web_user","exp":1,"exp":99999999999}""", "web_user", """{"role":"web_user","exp":1,"exp":99999999999}""")]
    public void Of_a_claim_given_twice_the_last_counts_here_as_in_PostgreSQL(string claims, string role, string passed)
    {
        var result = Tokens.Accept(Tokens.Sign(claims));

        Assert.Equal((role, passed), (result.Role, result.ClaimsJson));
    }

    [Fact]
    public void An_expiry_that_comes_last_is_not_hidden_by_an_earlier_one() =>
        Assert.Equal(JwtErrors.Expired, Tokens.Refuse(Tokens.Sign("""{"role":"web_user","exp":99999999999,"exp":1}""")));

    [Theory]
    [InlineData("""{"role":"web_user\u0000admin"}""", "22023")]
    [InlineData("""{"ro\u006ce":"none"}""", "22023")]
    public void A_role_cannot_be_smuggled_past_its_check(string claims, string code) => Assert.Equal(code, Tokens.Refuse(Tokens.Sign(claims)).Code);

    [Theory]
    [InlineData("Ed448", "EdDSA")]
    [InlineData("X25519", "EdDSA")]
    [InlineData("secp256k1", "ES256")]
    public void A_key_of_a_curve_that_is_not_supported_fits_nothing(string curve, string algorithm)
    {
        var key = curve == "secp256k1" ? $$"""{"kty":"EC","crv":"{{curve}}","x":"AAAA","y":"AAAA"}""" : $$"""{"kty":"OKP","crv":"{{curve}}","x":"AAAA"}""";
        var token = Tokens.Sign(Claims, $$"""{"alg":"{{algorithm}}"}""");

        Assert.Equal(JwtErrors.NoSuitableKey, Tokens.Refuse(token, Tokens.Config($$"""{"keys":[{{key}}]}""")));
    }

    static string Jwk(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-{{key.KeySize}}","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}""";
    }
}
