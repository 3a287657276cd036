using System.Collections.Immutable;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Tests.Requests;

/// <summary>The parsed form as one line of text: records that hold collections are not equal by value.</summary>
static class Snapshot
{
    public static string Of(ImmutableArray<SelectItem> items) => string.Join(", ", items.Select(Of));

    public static string Of(ImmutableArray<OrderItem> items) => string.Join(", ", items.Select(static i =>
        $"{(i.Embed is null ? "" : $"{i.Embed}/")}{Of(i.Field)}{Of(i.Use)}{(i.Direction is { } d ? $" {d}" : "")}{(i.Nulls is { } n ? $" nulls {n}" : "")}"));

    public static string Of(FieldPath field) => $"[{field.Name}]{string.Concat(field.Json.Select(static s =>
        $"{(s.AsText ? "->>" : "->")}{(s.IsIndex ? s.Operand : $"'{s.Operand}'")}"))}";

    public static string Of(bool negated, Operation operation) => (negated ? "not " : "") + operation switch
    {
        Operation.Compare c => $"{c.Operator.Name}{(c.Quantifier is { } q ? $" {q}" : "")} <{c.Value}>",
        Operation.In i => $"in <{string.Join("|", i.Values)}>",
        Operation.Is i => $"is {i.Value}",
        Operation.IsDistinctFrom d => $"isdistinct <{d.Value}>",
        Operation.FullText f => $"{f.Operator.Name}{(f.Language is null ? "" : $" {f.Language}")} <{f.Value}>",
        Operation.Custom c => Of(c.Use).TrimStart() + (c.Threshold is { } t ? $" {t.Comparison.Name} <{t.Bound}>" : ""),
        _ => throw new InvalidOperationException(),
    };

    public static string Of(LogicTree tree) => tree switch
    {
        LogicTree.Group g => $"{(g.Negated ? "not " : "")}{(g.IsOr ? "or" : "and")}({string.Join("; ", g.Members.Select(Of))})",
        LogicTree.Leaf l => $"{Of(l.Condition.Field)} {Of(l.Condition.Negated, l.Condition.Operation)}",
        _ => throw new InvalidOperationException(),
    };

    public static string Of(LogicParam logic) => string.Concat(logic.Path.Select(static p => p + "/")) + Of(logic.Tree);

    static string Of(OperatorUse? use) => use is null ? "" : $" {use.Operator.Sql} <{use.Operand}>";

    static string Of(SelectItem item) => item switch
    {
        SelectItem.Star => "*",
        SelectItem.Column c => (c.Alias is null ? "" : c.Alias + "=") + (c.Field is null ? "rows" : Of(c.Field)) + Of(c.Use) + (c.Cast is null ? "" : "::" + c.Cast)
            + (c.Aggregate is { } a ? $" {a}" : "") + (c.AggregateCast is null ? "" : "::" + c.AggregateCast),
        SelectItem.Embed e => $"{(e.Alias is null ? "" : e.Alias + "=")}{Target(e.Target, e.Hint, e.Join)}({Of(e.Select)})",
        SelectItem.Spread s => $"...{Target(s.Target, s.Hint, s.Join)}({Of(s.Select)})",
        _ => throw new InvalidOperationException(),
    };

    static string Target(string target, string? hint, JoinKind? join) =>
        $"{{{target}}}{(hint is null ? "" : "!" + hint)}{(join is { } j ? $" {j}" : "")}";
}
