using System.Diagnostics.CodeAnalysis;
using AutoRest.Introspection;

namespace AutoRest.Server.Sql;

/// <summary>A piece of SQL fixed at compile time. Nothing that came from a client or the catalog can become one (CA1857).</summary>
public readonly struct SqlToken
{
    internal readonly string Text;

    SqlToken(string text) => Text = text;

    public override string ToString() => Text;

    public static SqlToken Of([ConstantExpected] string text) => new(text);
}

/// <summary>A type name that may stand unquoted in SQL.</summary>
public readonly struct TypeName
{
    internal readonly string Text;

    TypeName(string text) => Text = text;

    /// <summary>A type as the catalog prints it under an empty search path: qualified and quoted where needed.</summary>
    public static TypeName FromCatalog(Column column) => new(column.NominalType);

    /// <inheritdoc cref="FromCatalog(Column)"/>
    public static TypeName FromCatalog(RoutineParameter parameter) => new(parameter.CallType);

    /// <summary>The right operand's type.</summary>
    public static TypeName FromCatalog(OperatorOverload overload) => new(overload.Right);

    /// <summary>Without the modifiers of PostgreSQL's own types: a cast to <c>varchar(3)</c> would cut its operand.</summary>
    public static TypeName WithoutModifiers(Column column) => new(column.DataType);

    /// <summary>A cast of a <c>select</c> item. The grammar allows identifier characters and blanks only (contract/reads.md §2.3).</summary>
    /// <exception cref="ArgumentException">The text holds another character: the parser let something through that it must not.</exception>
    public static TypeName FromCast(string text)
    {
        foreach (var c in text)
        {
            if (!(char.IsLetter(c) || char.IsDigit(c) || c is '_' or ' ' or '$' || char.IsSurrogate(c)))
            {
                throw new ArgumentException("not a type name", nameof(text));
            }
        }

        return new(text);
    }

    public override string ToString() => Text;
}

/// <summary>SQL text that the catalog printed: a column's default expression.</summary>
public readonly struct CatalogExpression
{
    internal readonly string Text;

    CatalogExpression(string text) => Text = text;

    public static CatalogExpression DefaultOf(Column column) => new(column.Default ?? "NULL");
}

/// <summary>A name made from a position in the plan, never from client text: two plans of one shape give the same SQL.</summary>
public readonly record struct SourceAlias(int Position);

/// <summary>What a parameter's value is bound as.</summary>
public enum ParameterKind
{
    /// <summary>Text of unknown type: PostgreSQL infers the type from the context (contract/reads.md §1).</summary>
    Untyped,

    /// <summary>A JSON document, bytes as the client sent them.</summary>
    Json,

    /// <summary>The same for statements that merge defaults (<c>missing=default</c>).</summary>
    Jsonb,

    /// <summary>Text of unknown type whose UTF-8 bytes are bound as they came.</summary>
    Utf8,

    /// <summary>Bytes for a function with one unnamed bytea parameter.</summary>
    Bytes,
}

/// <summary>
/// A bind parameter. One object is one <c>$n</c> however often it is written, so the same filter can stand in the page and in the count,
/// and a JSON path both in SELECT and in GROUP BY.
/// </summary>
public sealed class Parameter
{
    Parameter(ParameterKind kind, string? text, ReadOnlyMemory<byte> bytes)
    {
        Kind = kind;
        Text = text;
        Bytes = bytes;
    }

    public ParameterKind Kind { get; }

    public string? Text { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Client text, cut at its first NUL as the reference does (contract/reads.md §3.1): PostgreSQL has no NUL in text.</summary>
    public static Parameter Untyped(string text)
    {
        var nul = text.IndexOf('\0', StringComparison.Ordinal);
        return new(ParameterKind.Untyped, nul < 0 ? text : text[..nul], default);
    }

    public static Parameter Json(ReadOnlyMemory<byte> document) => new(ParameterKind.Json, null, document);

    public static Parameter Jsonb(ReadOnlyMemory<byte> document) => new(ParameterKind.Jsonb, null, document);

    public static Parameter Utf8(ReadOnlyMemory<byte> text) => new(ParameterKind.Utf8, null, text);

    public static Parameter Binary(ReadOnlyMemory<byte> bytes) => new(ParameterKind.Bytes, null, bytes);
}

/// <summary>A statement ready to run: text without any value in it, and the values.</summary>
/// <param name="IsUnnamed">Must not be prepared: which role it runs as is not known beforehand.</param>
public sealed record SqlStatement(string Text, IReadOnlyList<Parameter> Parameters, bool IsUnnamed = false);
