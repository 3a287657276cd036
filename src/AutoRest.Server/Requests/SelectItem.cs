using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary>One step of a JSON path: <c>-&gt;</c> or <c>-&gt;&gt;</c> with a key or an array index. contract/reads.md §2.4.</summary>
/// <param name="AsText"><c>-&gt;&gt;</c>.</param>
/// <param name="IsIndex">The operand is an integer, with its sign (<c>+</c> added when unsigned, e.g. <c>+0</c>, <c>-1</c>).</param>
public readonly record struct JsonStep(bool AsText, bool IsIndex, string Operand);

/// <summary>A column, computed field or JSON path below one.</summary>
public sealed record FieldPath(string Name, ImmutableArray<JsonStep> Json);

/// <summary><c>!inner</c> or <c>!left</c>.</summary>
public enum JoinKind
{
    Left,
    Inner,
}

/// <summary>Aggregates of contract/reads.md §8.</summary>
public enum AggregateFunction
{
    Sum,
    Avg,
    Count,
    Max,
    Min,
}

/// <summary>An item of <c>select</c>. contract/reads.md §2.1.</summary>
public abstract record SelectItem
{
    SelectItem()
    {
    }

    /// <summary><c>*</c>.</summary>
    public sealed record Star : SelectItem;

    /// <summary>A column, optionally aliased, cast and aggregated; <c>count()</c> has no <paramref name="Field"/>.</summary>
    public sealed record Column(string? Alias, FieldPath? Field, string? Cast, AggregateFunction? Aggregate, string? AggregateCast) : SelectItem
    {
        /// <summary>What is made of the field before it is cast and aggregated.</summary>
        public OperatorUse? Use { get; init; }
    }

    /// <summary><c>alias:target!hint!inner(…)</c>.</summary>
    public sealed record Embed(string? Alias, string Target, string? Hint, JoinKind? Join, ImmutableArray<SelectItem> Select) : SelectItem;

    /// <summary><c>...target!hint!inner(…)</c>.</summary>
    public sealed record Spread(string Target, string? Hint, JoinKind? Join, ImmutableArray<SelectItem> Select) : SelectItem;
}
