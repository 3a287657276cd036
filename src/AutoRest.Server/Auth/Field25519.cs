using System.Buffers.Binary;

namespace AutoRest.Server.Auth;

/// <summary>A number modulo 2^255 − 19, in five limbs of 51 bits. RFC 7748 §4.1, RFC 8032 §5.1.</summary>
/// <remarks>
/// Every operation leaves limbs a little above 51 bits at most, so products of two and their sums stay below 2^128. Only for verification, where all
/// is public: nothing here promises constant time.
/// </remarks>
readonly struct Field25519(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    public const int Size = 32;

    const ulong Mask = (1UL << 51) - 1;

    // 16 (2^255 − 19), limb by limb: added before a subtraction so that no limb falls below zero.
    const ulong Lowest = 16 * (Mask - 18);
    const ulong Higher = 16 * Mask;

    readonly ulong _0 = l0;
    readonly ulong _1 = l1;
    readonly ulong _2 = l2;
    readonly ulong _3 = l3;
    readonly ulong _4 = l4;

    public static Field25519 Zero => default;

    public static Field25519 One => new(1, 0, 0, 0, 0);

    /// <summary>A small number.</summary>
    public static Field25519 Of(uint value) => new(value, 0, 0, 0, 0);

    /// <summary>255 bits, little-endian, whatever the topmost bit; null when the number is not the smallest of its class.</summary>
    public static Field25519? Decode(ReadOnlySpan<byte> bytes)
    {
        var value = new Field25519(
            At(bytes, 0) & Mask, (At(bytes, 6) >> 3) & Mask, (At(bytes, 12) >> 6) & Mask, (At(bytes, 19) >> 1) & Mask, (At(bytes, 24) >> 12) & Mask);
        Span<byte> again = stackalloc byte[Size];
        value.Encode(again);
        return again[..^1].SequenceEqual(bytes[..(Size - 1)]) && again[^1] == (bytes[Size - 1] & 0x7f) ? value : null;
    }

    /// <summary>The smallest number of the class, little-endian.</summary>
    public void Encode(Span<byte> bytes)
    {
        var r = Carry(_0, _1, _2, _3, _4);

        // 1 if the number is 2^255 − 19 or more: then adding 19 overflows into bit 255.
        var over = (r._0 + 19) >> 51;
        over = (r._1 + over) >> 51;
        over = (r._2 + over) >> 51;
        over = (r._3 + over) >> 51;
        over = (r._4 + over) >> 51;
        var a = r._0 + (19 * over);
        var b = r._1 + (a >> 51);
        var c = r._2 + (b >> 51);
        var d = r._3 + (c >> 51);
        var e = r._4 + (d >> 51);
        (a, b, c, d, e) = (a & Mask, b & Mask, c & Mask, d & Mask, e & Mask);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, a | (b << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (b >> 13) | (c << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (c >> 26) | (d << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (d >> 39) | (e << 12));
    }

    /// <summary>The lowest bit of the smallest number of the class: the "sign" of RFC 8032 §5.1.2.</summary>
    public bool IsOdd
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            Encode(bytes);
            return (bytes[0] & 1) != 0;
        }
    }

    public bool IsSameAs(in Field25519 other)
    {
        Span<byte> ours = stackalloc byte[Size];
        Span<byte> theirs = stackalloc byte[Size];
        Encode(ours);
        other.Encode(theirs);
        return ours.SequenceEqual(theirs);
    }

    public static Field25519 operator +(in Field25519 a, in Field25519 b) => Carry(a._0 + b._0, a._1 + b._1, a._2 + b._2, a._3 + b._3, a._4 + b._4);

    public static Field25519 operator -(in Field25519 a, in Field25519 b) =>
        Carry(a._0 + Lowest - b._0, a._1 + Higher - b._1, a._2 + Higher - b._2, a._3 + Higher - b._3, a._4 + Higher - b._4);

    public static Field25519 operator -(in Field25519 a) => Zero - a;

    public static Field25519 operator *(in Field25519 a, in Field25519 b)
    {
        // 2^255 is 19: limbs that would stand above the fifth come back multiplied by it.
        ulong b1 = 19 * b._1, b2 = 19 * b._2, b3 = 19 * b._3, b4 = 19 * b._4;
        return Carry(
            Math.BigMul(a._0, b._0) + Math.BigMul(a._1, b4) + Math.BigMul(a._2, b3) + Math.BigMul(a._3, b2) + Math.BigMul(a._4, b1),
            Math.BigMul(a._0, b._1) + Math.BigMul(a._1, b._0) + Math.BigMul(a._2, b4) + Math.BigMul(a._3, b3) + Math.BigMul(a._4, b2),
            Math.BigMul(a._0, b._2) + Math.BigMul(a._1, b._1) + Math.BigMul(a._2, b._0) + Math.BigMul(a._3, b4) + Math.BigMul(a._4, b3),
            Math.BigMul(a._0, b._3) + Math.BigMul(a._1, b._2) + Math.BigMul(a._2, b._1) + Math.BigMul(a._3, b._0) + Math.BigMul(a._4, b4),
            Math.BigMul(a._0, b._4) + Math.BigMul(a._1, b._3) + Math.BigMul(a._2, b._2) + Math.BigMul(a._3, b._1) + Math.BigMul(a._4, b._0));
    }

    public Field25519 Square()
    {
        ulong d0 = 2 * _0, d1 = 2 * _1, d2 = 2 * _2, n3 = 19 * _3, n4 = 19 * _4;
        return Carry(
            Math.BigMul(_0, _0) + Math.BigMul(d1, n4) + Math.BigMul(d2, n3),
            Math.BigMul(d0, _1) + Math.BigMul(d2, n4) + Math.BigMul(_3, n3),
            Math.BigMul(d0, _2) + Math.BigMul(_1, _1) + Math.BigMul(2 * _3, n4),
            Math.BigMul(d0, _3) + Math.BigMul(d1, _2) + Math.BigMul(_4, n4),
            Math.BigMul(d0, _4) + Math.BigMul(d1, _3) + Math.BigMul(_2, _2));
    }

    /// <summary>Squared <paramref name="times"/> times.</summary>
    Field25519 Square(int times)
    {
        var result = this;
        for (var i = 0; i < times; i++)
        {
            result = result.Square();
        }

        return result;
    }

    /// <summary>To the power 2^255 − 21, which by Fermat is the inverse.</summary>
    public Field25519 Invert()
    {
        var (ones, eleven) = Powers();
        return ones.Square(5) * eleven;
    }

    /// <summary>To the power 2^252 − 3 = (p − 5) / 8, of which square roots are made. RFC 8032 §5.1.3.</summary>
    public Field25519 RootPower() => Powers().Ones.Square(2) * this;

    /// <summary>The powers 2^250 − 1 and 11.</summary>
    (Field25519 Ones, Field25519 Eleven) Powers()
    {
        var two = Square();
        var nine = two.Square(2) * this;
        var eleven = nine * two;
        var five = eleven.Square() * nine;
        var ten = five.Square(5) * five;
        var twenty = ten.Square(10) * ten;
        var fifty = (twenty.Square(20) * twenty).Square(10) * ten;
        var hundred = fifty.Square(50) * fifty;
        return ((hundred.Square(100) * hundred).Square(50) * fifty, eleven);
    }

    static ulong At(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[index..]);

    static Field25519 Carry(ulong a, ulong b, ulong c, ulong d, ulong e) => new(
        (a & Mask) + (19 * (e >> 51)), (b & Mask) + (a >> 51), (c & Mask) + (b >> 51), (d & Mask) + (c >> 51), (e & Mask) + (d >> 51));

    static Field25519 Carry(UInt128 a, UInt128 b, UInt128 c, UInt128 d, UInt128 e)
    {
        b += (ulong)(a >> 51);
        c += (ulong)(b >> 51);
        d += (ulong)(c >> 51);
        e += (ulong)(d >> 51);
        var low = ((ulong)a & Mask) + (19 * (ulong)(e >> 51));
        return new(low & Mask, ((ulong)b & Mask) + (low >> 51), (ulong)c & Mask, (ulong)d & Mask, (ulong)e & Mask);
    }
}
