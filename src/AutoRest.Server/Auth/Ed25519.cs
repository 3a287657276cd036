using System.Numerics;
using System.Security.Cryptography;

namespace AutoRest.Server.Auth;

/// <summary>Verification of Ed25519 signatures; the framework has none. RFC 8032 §5.1.</summary>
/// <remarks>
/// Everything here is public (key, message, signature), so plain big integers will do: nothing secret can leak through their timing. Signing must
/// never be added on top of this.
/// </remarks>
sealed class Ed25519
{
    public const int KeySize = 32;
    public const int SignatureSize = 64;

    static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    static readonly BigInteger D = Mod(-121665 * Invert(121666));
    static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    static readonly Point Identity = new(0, 1, 1, 0);
    static readonly Point Generator = Point.Decode(Encode(Mod(4 * Invert(5)), false))!;

    readonly byte[] _encoded;
    readonly Point _negated;
    readonly Point _generatorMinusKey;

    Ed25519(byte[] encoded, Point key)
    {
        _encoded = encoded;
        _negated = new Point(Mod(-key.X), key.Y, key.Z, Mod(-key.T));
        _generatorMinusKey = Generator.Add(_negated);
    }

    /// <summary>Null when the bytes are no point of the curve, or one of the few under which a signature fits any message.</summary>
    public static Ed25519? Import(byte[] key)
    {
        if (key.Length != KeySize || Point.Decode(key) is not { } point)
        {
            return null;
        }

        var eightfold = point.Add(point);
        eightfold = eightfold.Add(eightfold);
        eightfold = eightfold.Add(eightfold);
        return eightfold.Encode().AsSpan().SequenceEqual(Identity.Encode()) ? null : new Ed25519(key, point);
    }

    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize)
        {
            return false;
        }

        var s = new BigInteger(signature[32..], isUnsigned: true);
        // Otherwise s + L would be a second signature of the same message. RFC 8032 §5.1.7.
        if (s >= L)
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(signature[..32]);
        hash.AppendData(_encoded);
        hash.AppendData(message);
        var k = new BigInteger(hash.GetHashAndReset(), isUnsigned: true) % L;
        // sB - kA must be R, compared as bytes, so that a non-canonical R fits nothing.
        return Combine(s, k).Encode().AsSpan().SequenceEqual(signature[..32]);
    }

    /// <summary>[s]B + [k](-A), both scalars in one pass.</summary>
    Point Combine(BigInteger s, BigInteger k)
    {
        var sum = Identity;
        for (var bit = (int)Math.Max(s.GetBitLength(), k.GetBitLength()) - 1; bit >= 0; bit--)
        {
            sum = sum.Add(sum);
            var ofGenerator = !((s >> bit) & 1).IsZero;
            var ofKey = !((k >> bit) & 1).IsZero;
            if (ofGenerator || ofKey)
            {
                sum = sum.Add(ofGenerator && ofKey ? _generatorMinusKey : ofGenerator ? Generator : _negated);
            }
        }

        return sum;
    }

    static BigInteger Mod(BigInteger value)
    {
        var rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    static BigInteger Invert(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    static byte[] Encode(BigInteger y, bool xIsOdd)
    {
        var bytes = new byte[KeySize];
        y.TryWriteBytes(bytes, out _, isUnsigned: true);
        bytes[^1] |= (byte)(xIsOdd ? 0x80 : 0);
        return bytes;
    }

    /// <summary>Extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. RFC 8032 §5.1.4.</summary>
    sealed record Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        /// <summary>Complete: also right for a point and itself.</summary>
        public Point Add(Point other)
        {
            var a = Mod((Y - X) * (other.Y - other.X));
            var b = Mod((Y + X) * (other.Y + other.X));
            var c = Mod(T * 2 * D * other.T);
            var d = Mod(Z * 2 * other.Z);
            var (e, f, g, h) = (b - a, d - c, d + c, b + a);
            return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
        }

        public byte[] Encode()
        {
            var inverse = Invert(Z);
            return Ed25519.Encode(Mod(Y * inverse), !Mod(X * inverse).IsEven);
        }

        /// <summary>RFC 8032 §5.1.3; null for bytes that are no point, or not its one canonical encoding.</summary>
        public static Point? Decode(ReadOnlySpan<byte> bytes)
        {
            var encoded = new BigInteger(bytes, isUnsigned: true);
            var xIsOdd = !(encoded >> 255).IsZero;
            var y = encoded & ((BigInteger.One << 255) - 1);
            if (y >= P)
            {
                return null;
            }

            var square = Mod((Mod(y * y) - 1) * Invert(Mod((D * y * y) + 1)));
            var x = BigInteger.ModPow(square, (P + 3) / 8, P);
            x = Mod(x * x) == square ? x : Mod(x * RootOfMinusOne);
            if (Mod(x * x) != square || (x.IsZero && xIsOdd))
            {
                return null;
            }

            x = x.IsEven == xIsOdd ? P - x : x;
            return new Point(x, y, 1, Mod(x * y));
        }
    }
}
