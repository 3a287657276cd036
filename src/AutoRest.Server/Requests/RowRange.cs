using System.Globalization;
using System.Numerics;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>
/// Rows wanted, as an inclusive interval [<see cref="Lower"/>, <see cref="Upper"/>]; <see cref="Upper"/> null is unbounded. Big integers, because
/// values beyond int8 reach PostgreSQL, which refuses them (22003). contract/requests.md §9.
/// </summary>
public readonly record struct RowRange(BigInteger Lower, BigInteger? Upper)
{
    /// <summary>[0, ∞): nothing was asked for.</summary>
    public static RowRange All => new(BigInteger.Zero, null);

    /// <summary>"limit 0": an empty page, never an error.</summary>
    public static RowRange Empty => new(BigInteger.Zero, BigInteger.MinusOne);

    public bool IsAll => Lower.IsZero && Upper is null;

    /// <summary>Rows in the interval; null when unbounded. May be negative for embeds, whose ranges PostgreSQL checks.</summary>
    public BigInteger? Limit => Upper is { } upper ? upper - Lower + 1 : null;

    /// <summary>This interval cut to at most <paramref name="maxRows"/> rows.</summary>
    public RowRange CapTo(int? maxRows) =>
        maxRows is { } max && (Limit is not { } limit || limit > max) ? new RowRange(Lower, Lower + max - 1) : this;

    /// <summary>The interval <c>limit</c> and <c>offset</c> ask for, not yet cut to [0, ∞). contract/requests.md §9.2.</summary>
    /// <param name="limit">Null for text that is no integer: ignored alone, zero beside an offset (a quirk of the reference).</param>
    /// <param name="offset">Null for text that is no integer: zero.</param>
    internal static RowRange FromParameters(bool hasLimit, BigInteger? limit, bool hasOffset, BigInteger? offset)
    {
        if (!hasOffset)
        {
            return limit is { } rows ? new RowRange(BigInteger.Zero, rows - 1) : All;
        }

        var lower = offset ?? BigInteger.Zero;
        return hasLimit ? new RowRange(lower, lower + (limit ?? BigInteger.Zero) - 1) : new RowRange(lower, null);
    }

    /// <summary><c>Range: a-b</c> or <c>a-</c>; anything else asks for nothing. contract/requests.md §9.1.</summary>
    internal static RowRange FromHeader(ReadOnlySpan<char> value)
    {
        // More digits than any row number; also keeps reading them cheap.
        const int MostCharacters = 1000;
        var dash = value.IndexOf('-');
        if (dash <= 0 || value.Length > MostCharacters)
        {
            return All;
        }

        var lower = value[..dash];
        var upper = value[(dash + 1)..];
        if (lower.ContainsAnyExceptInRange('0', '9') || upper.ContainsAnyExceptInRange('0', '9'))
        {
            return All;
        }

        return new RowRange(
            BigInteger.Parse(lower, NumberStyles.None, CultureInfo.InvariantCulture),
            upper.IsEmpty ? null : BigInteger.Parse(upper, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>Rows in both.</summary>
    internal RowRange Intersect(RowRange other) => new(
        BigInteger.Max(Lower, other.Lower),
        (Upper, other.Upper) switch
        {
            (null, var upper) => upper,
            (var upper, null) => upper,
            ({ } x, { } y) => BigInteger.Min(x, y),
        });

    /// <summary>Holds no row.</summary>
    internal bool IsEmpty => Upper is { } upper && upper < Lower;

    /// <summary>The root's rows: header ∩ limit/offset ∩ [0, ∞).</summary>
    /// <exception cref="ApiException"><see cref="RangeNotSatisfiable"/> (PGRST103) when that is empty and nobody asked for "limit 0".</exception>
    internal static RowRange ForRoot(RowRange header, RowRange parameters)
    {
        if (parameters.IsAll && header.IsAll)
        {
            return All;
        }

        if (parameters.Upper == BigInteger.MinusOne)
        {
            return Empty;
        }

        var range = header.Intersect(parameters).Intersect(All);
        return range.IsEmpty
            ? throw new ApiException(header.IsEmpty ? RangeNotSatisfiable.InvertedHeader : RangeNotSatisfiable.NegativeLimit)
            : range;
    }
}
