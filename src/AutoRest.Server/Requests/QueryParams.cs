using System.Collections.Immutable;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>A filter on a field of the node that <paramref name="Path"/> names (empty: the root).</summary>
/// <param name="Key">The decoded key as typed: PUT compares it with key columns, functions take it as argument name.</param>
public sealed record FilterParam(string Key, ImmutableArray<string> Path, Condition Condition);

/// <summary>A logic tree for the node that <paramref name="Path"/> names.</summary>
public sealed record LogicParam(ImmutableArray<string> Path, LogicTree Tree);

/// <summary>Direction of an order term; null where the client gave none, so that PostgreSQL's defaults apply.</summary>
public enum OrderDirection
{
    Ascending,
    Descending,
}

/// <summary>Place of nulls in an order.</summary>
public enum NullsOrder
{
    First,
    Last,
}

/// <summary>An order term. <paramref name="Embed"/> is the to-one embed whose column it is, for related orders.</summary>
public sealed record OrderItem(string? Embed, FieldPath Field, OrderDirection? Direction, NullsOrder? Nulls)
{
    /// <summary>What is made of the field before it is ordered by; null orders by the field itself.</summary>
    public OperatorUse? Use { get; init; }
}

/// <summary>The order of the node that <paramref name="Path"/> names.</summary>
public sealed record OrderParam(ImmutableArray<string> Path, ImmutableArray<OrderItem> Items);

/// <summary>The range of the embed that <paramref name="Path"/> names; the root's is in <see cref="ApiRequest.Range"/>.</summary>
public sealed record RangeParam(ImmutableArray<string> Path, RowRange Range);

/// <summary>An argument of a function called with GET: key and text. contract/functions.md §2.</summary>
public readonly record struct RoutineArgument(string Name, string Value);

/// <summary>The query string, parsed. contract/requests.md §3.</summary>
/// <param name="Canonical">For <c>Content-Location</c> (contract/requests.md §11.1), without <c>?</c>; empty when there is no query.</param>
/// <param name="Select">What to return; the default is one <see cref="SelectItem.Star"/>.</param>
/// <param name="SelectIsEmpty"><c>select=</c> with an empty or unparsable first item: all columns, but no default select.</param>
/// <param name="Columns">The <c>columns</c> parameter, sorted and distinct; null when absent.</param>
/// <param name="OnConflict">The <c>on_conflict</c> parameter in the order typed; null when absent.</param>
/// <param name="Arguments">Arguments for a function; empty for relations.</param>
public sealed record QueryParams(
    string Canonical,
    ImmutableArray<SelectItem> Select,
    bool SelectIsEmpty,
    ImmutableArray<FilterParam> Filters,
    ImmutableArray<LogicParam> Logic,
    ImmutableArray<OrderParam> Orders,
    ImmutableArray<RangeParam> Ranges,
    ImmutableArray<string>? Columns,
    ImmutableArray<string>? OnConflict,
    ImmutableArray<RoutineArgument> Arguments)
{
    internal static ImmutableArray<SelectItem> StarSelect { get; } = [new SelectItem.Star()];

    /// <summary>What no query string means.</summary>
    public static QueryParams None { get; } = new("", StarSelect, false, [], [], [], [], null, null, []);

    /// <summary><c>limit</c> and <c>offset</c> without a path, before they meet the <c>Range</c> header and [0, ∞). contract/requests.md §9.2.</summary>
    public RowRange RootRange { get; init; } = RowRange.All;

    /// <summary>
    /// The refusal of a range's key. Ranges are attached while planning, so it comes after the stages before that; an action that attaches none
    /// (OPTIONS, root) ignores it. contract/requests.md §1, stage 4d.
    /// </summary>
    public ApiError? RangeError { get; init; }

    /// <summary>The first key that would be a filter or a tree, but has no <c>=</c>: ignored by reads, refused by writes that it was to narrow.</summary>
    public string? ValuelessFilter { get; init; }

    /// <summary>Parses a raw query string.</summary>
    /// <param name="raw">Still encoded; a leading <c>?</c> is dropped.</param>
    /// <param name="argumentsAllowed">A value that is no operator expression is a function's argument (contract/functions.md §2), else PGRST100.</param>
    /// <param name="canonicalWanted"><see cref="Canonical"/> is used; otherwise it stays empty.</param>
    /// <param name="operators">What may be used besides the operators of the API; none if null.</param>
    /// <exception cref="ApiException">PGRST100.</exception>
    public static QueryParams Parse(string raw, bool argumentsAllowed = false, bool canonicalWanted = true, CustomOperators? operators = null) =>
        QueryParser.Parse(raw, argumentsAllowed, canonicalWanted, operators ?? CustomOperators.None);
}
