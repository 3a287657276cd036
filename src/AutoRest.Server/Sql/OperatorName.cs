using System.Buffers;
using AutoRest.Introspection;

namespace AutoRest.Server.Sql;

/// <summary>An operator, or a function of two values, that the configuration names. Nothing that came from a client can become one.</summary>
/// <remarks>Lexical rules: PostgreSQL, "Operators" in the chapter on SQL's lexical structure.</remarks>
public readonly record struct OperatorName
{
    const string FunctionMark = "()";

    static readonly SearchValues<char> Characters = SearchValues.Create("+-*/<>=~!@#%^&|`?");

    OperatorName(string? schema, string symbol, bool isFunction)
    {
        Schema = schema is null ? null : new Identifier(schema);
        Symbol = symbol;
        IsFunction = isFunction;
    }

    /// <summary>Null: found by the search path.</summary>
    public Identifier? Schema { get; }

    /// <summary>A function is called with both operands: <c>st_within(left, right)</c>.</summary>
    public bool IsFunction { get; }

    /// <summary>Of a function its name.</summary>
    internal string Symbol { get; }

    /// <summary>How the schema cache calls it: an empty schema is any of the search path, and a function's name ends with <c>()</c>.</summary>
    public QualifiedIdentifier Key => new(Schema?.Name ?? "", IsFunction ? Symbol + FunctionMark : Symbol);

    /// <summary><c>symbol</c>, <c>schema.symbol</c>, <c>function()</c> or <c>schema.function()</c>; names are taken as they are written, without quotes.</summary>
    /// <returns>False if it is no operator that PostgreSQL could have, or no ordinary name.</returns>
    public static bool TryParse(string text, out OperatorName name)
    {
        var isFunction = text.EndsWith(FunctionMark, StringComparison.Ordinal);
        text = isFunction ? text[..^FunctionMark.Length] : text;
        var dot = text.LastIndexOf('.');
        var (schema, symbol) = dot < 0 ? (null, text) : (text[..dot], text[(dot + 1)..]);
        name = default;
        if (schema is "" || symbol.Length is 0 or > 63 || !(isFunction ? IsFunctionName(symbol) : IsSymbol(symbol)))
        {
            return false;
        }

        name = new(schema, symbol, isFunction);
        return true;
    }

    public override string ToString() => Schema is { } schema ? $"{schema.Name}.{Key.Name}" : Key.Name;

    // A comment would begin inside, and what follows the operator would be part of it.
    static bool IsSymbol(string text) =>
        !text.AsSpan().ContainsAnyExcept(Characters) && !text.Contains("--", StringComparison.Ordinal) && !text.Contains("/*", StringComparison.Ordinal);

    static bool IsFunctionName(string text) => text.All(static c => char.IsLetterOrDigit(c) || c is '_' or '$');
}
