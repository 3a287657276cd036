using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>Turns parsed conditions into resolved ones: fields found, literals made parameters. contract/reads.md §3.</summary>
static class Conditions
{
    public static ResolvedField Resolve(Table? table, FieldPath field) => new(
        field.Name,
        table?.ColumnsByName.GetValueOrDefault(field.Name),
        field.Json.IsEmpty ? [] : [.. field.Json.Select(step => new ResolvedStep(step.AsText, step.IsIndex, Parameter.Untyped(step.Operand)))]);

    /// <param name="operators">For configured operators; null where there are none.</param>
    /// <param name="node">The node whose embeds a condition may test instead of a column; null where there are none.</param>
    public static ResolvedLogic Resolve(SchemaCache cache, Table? table, LogicTree tree, OperatorResolver? operators, ReadNode? node) => tree switch
    {
        LogicTree.Group group => new ResolvedLogic.Group(
            group.Negated, group.IsOr, [.. group.Members.Select(member => Resolve(cache, table, member, operators, node))]),
        LogicTree.Leaf leaf => node?.NullTest(leaf.Condition) ?? Resolve(cache, table, leaf.Condition, operators),
        _ => throw new UnreachableException(),
    };

    public static ResolvedLogic Resolve(SchemaCache cache, Table? table, Condition condition, OperatorResolver? operators)
    {
        var field = Resolve(table, condition.Field);
        if (condition.Operation is Operation.Custom custom)
        {
            return new ResolvedLogic.OperatorTest(
                field, condition.Negated, operators!.Resolve(field, custom.Use),
                custom.Threshold is { } threshold ? new ResolvedThreshold(threshold.Comparison.Sql, Parameter.Untyped(threshold.Bound)) : null);
        }

        var (operand, language) = condition.Operation switch
        {
            Operation.Compare { Operator.Kind: FilterKind.Pattern } like => (Parameter.Untyped(like.Value.Replace('*', '%')), null),
            Operation.Compare compare => (Parameter.Untyped(compare.Value), null),
            Operation.In list => (Parameter.Untyped(list.Values is [] or [""] ? "{}" : ArrayLiteral(list.Values)), null),
            Operation.IsDistinctFrom distinct => (Parameter.Untyped(distinct.Value), null),
            Operation.FullText text => (Parameter.Untyped(text.Value), text.Language is { } l ? Parameter.Untyped(l) : null),
            _ => ((Parameter?)null, (Parameter?)null),
        };
        return new ResolvedLogic.Test(field, condition.Negated, condition.Operation, operand, language, FromText(cache, field, condition.Operation));
    }

    static QualifiedIdentifier? FromText(SchemaCache cache, ResolvedField field, Operation operation) =>
        field is { Column: { } column, Steps.IsEmpty: true }
        && operation is Operation.In or Operation.Compare { Operator.ConvertsLiteral: true }
        && cache.Representations.TryGetValue(new CastKey("text", column.NominalType), out var function)
            ? function
            : null;

    /// <summary>
    /// <c>{"a","b"}</c>. For <c>in</c>: = ANY of one array, not IN, because each list length would be a new prepared
    /// statement; <c>in.("")</c> matches nothing, like <c>in.()</c> (contract/reads.md §3.1).
    /// </summary>
    internal static string ArrayLiteral(IReadOnlyList<string> values)
    {
        var text = new StringBuilder("{");
        foreach (var value in values)
        {
            if (text.Length > 1)
            {
                text.Append(',');
            }

            text.Append('"');
            foreach (var c in value)
            {
                if (c is '"' or '\\')
                {
                    text.Append('\\');
                }

                if (c == '\0')
                {
                    // The reference's literal ends at a NUL, and so does its array: let PostgreSQL say that it is malformed.
                    return text.ToString();
                }

                text.Append(c);
            }

            text.Append('"');
        }

        return text.Append('}').ToString();
    }
}
