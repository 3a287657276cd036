using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary><c>(any)</c> or <c>(all)</c> after an operator.</summary>
public enum Quantifier
{
    Any,
    All,
}

/// <summary>Operands of <c>is.</c></summary>
public enum IsValue
{
    Null,
    NotNull,
    True,
    False,
    Unknown,
}

/// <summary>An operator with its operand; operands stay the client's text. contract/reads.md §3.</summary>
public abstract record Operation
{
    Operation()
    {
    }

    /// <summary>A binary operator, with a quantifier where the operator allows one.</summary>
    public sealed record Compare(FilterOperator Operator, Quantifier? Quantifier, string Value) : Operation;

    public sealed record In(ImmutableArray<string> Values) : Operation;

    public sealed record Is(IsValue Value) : Operation;

    public sealed record IsDistinctFrom(string Value) : Operation;

    /// <summary>A full-text operator; <paramref name="Operator"/> is a row whose kind is full text.</summary>
    public sealed record FullText(FilterOperator Operator, string? Language, string Value) : Operation;

    /// <summary>A configured operator whose value is the test, or is compared with <paramref name="Threshold"/>.</summary>
    public sealed record Custom(OperatorUse Use, Threshold? Threshold) : Operation;
}

/// <summary>A test of one field: <c>[not.]op.value</c>.</summary>
public sealed record Condition(FieldPath Field, bool Negated, Operation Operation);

/// <summary>An <c>and</c>/<c>or</c> tree. contract/reads.md §4.</summary>
public abstract record LogicTree
{
    LogicTree()
    {
    }

    public sealed record Group(bool Negated, bool IsOr, ImmutableArray<LogicTree> Members) : LogicTree;

    public sealed record Leaf(Condition Condition) : LogicTree;
}
