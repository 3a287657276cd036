using System.Buffers;
using AutoRest.Introspection;

namespace AutoRest.Server.Sql;

/// <summary>An operator that the configuration names. Nothing that came from a client can become one.</summary>
/// <remarks>Lexical rules: PostgreSQL, "Operators" in the chapter on SQL's lexical structure.</remarks>
public readonly record struct OperatorName
{
    static readonly SearchValues<char> Characters = SearchValues.Create("+-*/<>=~!@#%^&|`?");

    OperatorName(string? schema, string symbol)
    {
        Schema = schema is null ? null : new Identifier(schema);
        Symbol = symbol;
    }

    /// <summary>Null: found by the search path.</summary>
    public Identifier? Schema { get; }

    internal string Symbol { get; }

    /// <summary>How the schema cache calls it: an empty schema is any of the search path.</summary>
    public QualifiedIdentifier Key => new(Schema?.Name ?? "", Symbol);

    /// <summary><c>symbol</c> or <c>schema.symbol</c>; the schema is taken as it is written, without quotes.</summary>
    /// <returns>False if it is no operator that PostgreSQL could have.</returns>
    public static bool TryParse(string text, out OperatorName name)
    {
        var dot = text.LastIndexOf('.');
        var (schema, symbol) = dot < 0 ? (null, text) : (text[..dot], text[(dot + 1)..]);
        name = default;

        // A comment would begin inside, and what follows the operator would be part of it.
        if (schema is "" || symbol.Length is 0 or > 63 || symbol.AsSpan().ContainsAnyExcept(Characters)
            || symbol.Contains("--", StringComparison.Ordinal) || symbol.Contains("/*", StringComparison.Ordinal))
        {
            return false;
        }

        name = new(schema, symbol);
        return true;
    }

    public override string ToString() => Schema is { } schema ? $"{schema.Name}.{Symbol}" : Symbol;
}
