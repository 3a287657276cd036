using System.Security.Cryptography;

namespace AutoRest.Server.Auth;

enum JwtFamily
{
    Hmac,
    RsaPkcs1,
    RsaPss,
    Ecdsa,
    EdDsa,
}

/// <summary>A signature algorithm of JOSE. The table is closed: <c>none</c> is not in it, nor any algorithm of encryption.</summary>
/// <param name="Curve">The only curve the algorithm may be used with (RFC 7518 §3.4), ECDSA only.</param>
/// <remarks>RFC 7518 §3.1, RFC 8037 §3.1; contract/auth.md §2.</remarks>
sealed record JwtAlgorithm(string Name, JwtFamily Family, HashAlgorithmName Hash, string? Curve = null)
{
    static readonly JwtAlgorithm[] Known =
    [
        new("HS256", JwtFamily.Hmac, HashAlgorithmName.SHA256),
        new("HS384", JwtFamily.Hmac, HashAlgorithmName.SHA384),
        new("HS512", JwtFamily.Hmac, HashAlgorithmName.SHA512),
        new("RS256", JwtFamily.RsaPkcs1, HashAlgorithmName.SHA256),
        new("RS384", JwtFamily.RsaPkcs1, HashAlgorithmName.SHA384),
        new("RS512", JwtFamily.RsaPkcs1, HashAlgorithmName.SHA512),
        new("PS256", JwtFamily.RsaPss, HashAlgorithmName.SHA256),
        new("PS384", JwtFamily.RsaPss, HashAlgorithmName.SHA384),
        new("PS512", JwtFamily.RsaPss, HashAlgorithmName.SHA512),
        new("ES256", JwtFamily.Ecdsa, HashAlgorithmName.SHA256, "P-256"),
        new("ES384", JwtFamily.Ecdsa, HashAlgorithmName.SHA384, "P-384"),
        new("ES512", JwtFamily.Ecdsa, HashAlgorithmName.SHA512, "P-521"),
        new("EdDSA", JwtFamily.EdDsa, HashAlgorithmName.SHA512),
    ];

    /// <summary>The algorithm with exactly this name (names are case-sensitive), or null.</summary>
    public static JwtAlgorithm? Find(string name) => Array.Find(Known, a => a.Name.Equals(name, StringComparison.Ordinal));
}
