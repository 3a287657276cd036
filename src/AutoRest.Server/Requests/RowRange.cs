using System.Numerics;

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
}
