using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>
/// Configured operators of one request: whether the database has them, and what their operands are cast to. contract/beyond.md, entry 18.
/// </summary>
/// <remarks>
/// Equal operands of one type are one parameter: a long vector in <c>select</c>, <c>order</c> and a filter travels once, and PostgreSQL sees one expression, whose value
/// it computes once. A statement's text depends on which operands are equal, and on nothing else of them.
/// </remarks>
sealed class OperatorResolver
{
    readonly SchemaCache _cache;
    readonly Dictionary<(string Text, string Type), Parameter> _operands = [];

    OperatorResolver(SchemaCache cache) => _cache = cache;

    /// <summary>Null where no operator is configured: then no request can name one.</summary>
    public static OperatorResolver? For(SchemaCache cache, AppConfig config) => config.Operators.IsEmpty ? null : new(cache);

    /// <summary>Why an operator is refused; null where it is not. Whether a role may execute its function, PostgreSQL decides.</summary>
    public static string? ObjectionTo(SchemaCache cache, CustomOperator custom) => !cache.Operators.TryGetValue(custom.Sql.Key, out var overloads)
        ? "The database has not been asked for it yet."
        : overloads.IsEmpty
        ? custom.Sql.IsFunction ? "There is no such function of two values in the database." : "There is no such operator between two values in the database."
        : overloads.Any(static o => o.IsVolatile)
        ? "Its function is volatile: only immutable and stable ones are used."
        : null;

    /// <exception cref="ApiException"><see cref="UnusableOperator"/> (AR201).</exception>
    public ResolvedOperation Resolve(ResolvedField field, OperatorUse use)
    {
        if (ObjectionTo(_cache, use.Operator) is { } objection)
        {
            throw new ApiException(new UnusableOperator(use.Operator.Name, objection));
        }

        var type = OperandType(field, _cache.Operators[use.Operator.Sql.Key]);
        return new ResolvedOperation(use.Operator.Sql, OperandOf(use.Operand, type), type);
    }

    Parameter OperandOf(string text, TypeName? type)
    {
        if (type is not { } known)
        {
            // PostgreSQL infers the type from what stands beside it, which may differ from place to place: no two of them are one parameter.
            return Parameter.Untyped(text);
        }

        var key = (text, known.ToString());
        if (!_operands.TryGetValue(key, out var parameter))
        {
            _operands.Add(key, parameter = Parameter.Untyped(text));
        }

        return parameter;
    }

    /// <summary>
    /// The column's type, so that the operand is checked like a value of the column, unless the operator is there for that type with others only: then the one there is
    /// (for a text a query, say). Null leaves it to PostgreSQL: where there are several, and for what is no known column, or a path into one.
    /// </summary>
    static TypeName? OperandType(ResolvedField field, ImmutableArray<OperatorOverload> overloads)
    {
        if (field is not { Column: { } column, Steps.IsEmpty: true })
        {
            return null;
        }

        var left = WithoutModifier(column.DataType);
        var right = default(OperatorOverload?);
        var several = false;
        foreach (var overload in overloads)
        {
            if (overload.Left != left)
            {
                continue;
            }

            if (overload.Right == left)
            {
                return TypeName.WithoutModifiers(column);
            }

            several |= right is { } other && other.Right != overload.Right;
            right = overload;
        }

        // Without an operator of just this type there may be one it is converted for: domains, varchar and arrays find theirs so.
        return several ? null : right is { } only ? TypeName.FromCatalog(only) : TypeName.WithoutModifiers(column);
    }

    /// <summary><c>public.vector(3)</c> is <c>public.vector</c>; a quoted name does not end with a parenthesis.</summary>
    static string WithoutModifier(string type) => type.EndsWith(')') ? type[..type.LastIndexOf('(')] : type;
}
