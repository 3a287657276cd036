using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>A JSON step with its operand as the parameter it is bound as.</summary>
public readonly record struct ResolvedStep(bool AsText, bool IsIndex, Parameter Operand);

/// <summary>A field of a relation.</summary>
/// <param name="Column">The cached column; null for computed fields and rows of functions: they pass through as identifiers.</param>
/// <param name="Steps">JSON path below it.</param>
public sealed record ResolvedField(string Name, Column? Column, ImmutableArray<ResolvedStep> Steps)
{
    /// <summary>The JSON operators apply directly; every other type goes through <c>to_jsonb</c> (contract/reads.md §2.4).</summary>
    public bool IsJson => Column?.NominalType is "json" or "jsonb";
}

/// <summary>A selected item of a node.</summary>
public abstract record SelectedItem
{
    SelectedItem()
    {
    }

    /// <summary>All columns, left to PostgreSQL.</summary>
    public sealed record Star : SelectedItem;

    /// <param name="Key">Output key: alias, else what contract/reads.md §2.2 and §2.4 derive.</param>
    /// <param name="Alias">The alias the client gave.</param>
    /// <param name="Field">Null for <c>count()</c>.</param>
    /// <param name="ToJson">The domain's json cast, applied to the column.</param>
    public sealed record Column(
        string Key, string? Alias, ResolvedField? Field, string? Cast, AggregateFunction? Aggregate, string? AggregateCast,
        QualifiedIdentifier? ToJson) : SelectedItem
    {
        /// <summary>What is made of the field before it is cast and aggregated.</summary>
        public ResolvedOperation? Operation { get; init; }
    }
}

/// <summary>A test, ready to be written.</summary>
public abstract record ResolvedLogic
{
    ResolvedLogic()
    {
    }

    public sealed record Group(bool Negated, bool IsOr, ImmutableArray<ResolvedLogic> Members) : ResolvedLogic;

    /// <param name="Operand">The operand as bound; null for <c>is</c>.</param>
    /// <param name="Language">Full-text configuration.</param>
    /// <param name="FromText">The domain's text cast, applied to the literal.</param>
    public sealed record Test(
        ResolvedField Field, bool Negated, Operation Operation, Parameter? Operand, Parameter? Language, QualifiedIdentifier? FromText)
        : ResolvedLogic;

    /// <summary>A configured operator whose value is the test, or is compared with a bound.</summary>
    /// <param name="Threshold">Null where the value is the test.</param>
    public sealed record OperatorTest(ResolvedField Field, bool Negated, ResolvedOperation Operation, ResolvedThreshold? Threshold) : ResolvedLogic;

    /// <summary>A null test on the embed whose lateral source is <paramref name="Lateral"/> (contract/embedding.md §7).</summary>
    /// <param name="IsNull"><c>is.null</c>: an anti-join; otherwise a semi-join.</param>
    public sealed record EmbedTest(SourceAlias Lateral, bool IsNull) : ResolvedLogic;
}

/// <summary>An order term.</summary>
/// <param name="Embed">Lateral source of the to-one embed whose output column this is.</param>
public sealed record ResolvedOrder(SourceAlias? Embed, ResolvedField Field, OrderDirection? Direction, NullsOrder? Nulls)
{
    public ResolvedOperation? Operation { get; init; }
}

/// <summary>A configured operator and its right operand as bound. contract/beyond.md, entry 18.</summary>
/// <param name="Type">What the operand is cast to; null leaves it to PostgreSQL.</param>
public sealed record ResolvedOperation(OperatorName Operator, Parameter Operand, TypeName? Type);

/// <param name="Bound">Of unknown type: PostgreSQL takes that of the operator's value.</param>
public sealed record ResolvedThreshold(SqlToken Comparison, Parameter Bound);

/// <summary>What an embed becomes in its parent's row.</summary>
public enum EmbedShape
{
    /// <summary>An object, or null.</summary>
    Single,

    /// <summary>An array of objects.</summary>
    Many,

    /// <summary>Columns of one row lifted into the parent.</summary>
    SpreadOne,

    /// <summary>One array per selected item.</summary>
    SpreadMany,
}

/// <summary>A node of a read: a relation, what is wanted of it, and what is embedded in it.</summary>
/// <param name="From">The relation; for results of mutations and functions, the name their rows go by.</param>
/// <param name="Alias">Null for the root, which goes by its own name so that PostgreSQL's messages name what the client named.</param>
/// <param name="Table">The cached relation; null for rows of functions that are no relation's.</param>
/// <param name="OrderParameters">Page bounds as bound; null when unrestricted.</param>
/// <param name="IsDefaultSelect">Exactly one <c>*</c> (or <c>count()</c>) and no embeds: custom handlers of the relation apply.</param>
public sealed record ReadPlan(
    QualifiedIdentifier From,
    SourceAlias? Alias,
    Table? Table,
    ImmutableArray<SelectedItem> Select,
    ImmutableArray<ResolvedLogic> Where,
    ImmutableArray<ResolvedOrder> Order,
    RowRange Range,
    ImmutableArray<EmbedPlan> Embeds,
    bool IsDefaultSelect)
{
    /// <summary>An aggregate stands in this node or in a to-one spread below it: other items are grouped by.</summary>
    public bool HasAggregates { get; } =
        Select.Any(static i => i is SelectedItem.Column { Aggregate: not null })
        || Embeds.Any(static e => e.Shape == EmbedShape.SpreadOne && e.Child.HasAggregates);

    /// <summary>Nothing is selected here and in what is embedded: left out of the output while still joined (contract/embedding.md §5).</summary>
    public bool IsEmpty { get; } = Select.IsEmpty && Embeds.All(static e => e.Child.IsEmpty);
}

/// <summary>An embedded node.</summary>
/// <param name="Key">Output key: alias, else the target as typed.</param>
/// <param name="Lateral">Alias of the lateral subquery.</param>
/// <param name="Via">How it is joined.</param>
public sealed record EmbedPlan(string Key, SourceAlias Lateral, Relationship Via, JoinKind Join, EmbedShape Shape, ReadPlan Child);
