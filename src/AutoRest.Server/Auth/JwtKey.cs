using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace AutoRest.Server.Auth;

/// <summary>One key that verifies signatures, and what it is restricted to.</summary>
/// <param name="Use">Not <c>enc</c> for a usable key.</param>
/// <param name="Algorithm">The only algorithm the key may be used with; null leaves it to the key's type.</param>
/// <remarks>RFC 7517 §4.</remarks>
abstract class JwtKey(string? id, string? use, string? algorithm)
{
    public string? Id { get; } = id;

    /// <summary>
    /// The four rules of contract/auth.md §2.1. The token's header only selects among keys; it never makes a key do what the key does not allow.
    /// </summary>
    public bool IsCandidate(JwtAlgorithm wanted, string? wantedId) =>
        use is null or "sig"
        && (wantedId is null || wantedId.Equals(Id, StringComparison.Ordinal))
        && (algorithm is null || algorithm.Equals(wanted.Name, StringComparison.Ordinal))
        && Fits(wanted);

    /// <summary>Whether the type of the key belongs to the family (and, for ECDSA, to the curve).</summary>
    protected abstract bool Fits(JwtAlgorithm wanted);

    /// <summary>Only called for an algorithm that fits.</summary>
    public abstract bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);
}

/// <summary>A key that is of no use here (unknown type or algorithm), kept so that its neighbours in the set are not lost.</summary>
sealed class UnusableKey(string? id) : JwtKey(id, null, null)
{
    protected override bool Fits(JwtAlgorithm wanted) => false;

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => false;
}

sealed class HmacKey(ReadOnlyMemory<byte> secret, string? id = null, string? use = null, string? algorithm = null) : JwtKey(id, use, algorithm)
{
    protected override bool Fits(JwtAlgorithm wanted) => wanted.Family == JwtFamily.Hmac;

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var length = CryptographicOperations.HmacData(algorithm.Hash, secret.Span, signed, expected);
        // In constant time: how many bytes were right must not be measurable.
        return CryptographicOperations.FixedTimeEquals(expected[..length], signature);
    }
}

sealed class RsaKey(RSAParameters parameters, string? id, string? use, string? algorithm) : JwtKey(id, use, algorithm)
{
    readonly InstancePool<RSA> _instances = new(() => RSA.Create(parameters));

    public int Bits { get; } = parameters.Modulus!.Length * 8;

    protected override bool Fits(JwtAlgorithm wanted) => wanted.Family is JwtFamily.RsaPkcs1 or JwtFamily.RsaPss;

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        var padding = algorithm.Family == JwtFamily.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        var rsa = _instances.Take();
        try
        {
            return rsa.VerifyData(signed, signature, algorithm.Hash, padding);
        }
        finally
        {
            _instances.Return(rsa);
        }
    }
}

sealed class EcKey(ECParameters parameters, string curve, string? id, string? use, string? algorithm) : JwtKey(id, use, algorithm)
{
    readonly InstancePool<ECDsa> _instances = new(() => ECDsa.Create(parameters));

    protected override bool Fits(JwtAlgorithm wanted) => curve.Equals(wanted.Curve, StringComparison.Ordinal);

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        // r and s, each as long as a coordinate, and nothing else: RFC 7518 §3.4.
        if (signature.Length != 2 * parameters.Q.X!.Length)
        {
            return false;
        }

        var ecdsa = _instances.Take();
        try
        {
            return ecdsa.VerifyData(signed, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            _instances.Return(ecdsa);
        }
    }
}

sealed class EdKey(Ed25519 key, string? id, string? use, string? algorithm) : JwtKey(id, use, algorithm)
{
    protected override bool Fits(JwtAlgorithm wanted) => wanted.Family == JwtFamily.EdDsa;

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => key.Verify(signed, signature);
}

/// <summary>Key objects of the framework promise nothing about concurrent use, so each verification has one to itself.</summary>
sealed class InstancePool<T>(Func<T> create)
    where T : class, IDisposable
{
    readonly ConcurrentBag<T> _free = [];

    public T Take() => _free.TryTake(out var instance) ? instance : create();

    public void Return(T instance) => _free.Add(instance);
}
