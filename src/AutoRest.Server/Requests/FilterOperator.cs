using System.Collections.Frozen;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Requests;

/// <summary>What an operator's operand looks like and how its SQL is written.</summary>
public enum FilterKind
{
    /// <summary>One literal.</summary>
    Binary,

    /// <summary>One literal, or an array literal with <c>(any)</c>/<c>(all)</c>.</summary>
    Quantifiable,

    /// <summary>As <see cref="Quantifiable"/>; <c>*</c> stands for <c>%</c>.</summary>
    Pattern,

    /// <summary>A full-text query, optionally with a configuration.</summary>
    FullText,
}

/// <summary>One row per operator: adding an operator is adding a row. contract/reads.md §3.</summary>
/// <param name="Name">As written in the query string.</param>
/// <param name="Sql">The SQL operator, or for full text the function that makes the query.</param>
/// <param name="ConvertsLiteral">A text → domain representation applies to the literal (contract/representations.md §6).</param>
public sealed record FilterOperator(string Name, SqlToken Sql, FilterKind Kind, bool ConvertsLiteral)
{
    public static FrozenDictionary<string, FilterOperator> ByName { get; } = new FilterOperator[]
    {
        new("eq", SqlToken.Of("="), FilterKind.Quantifiable, true),
        new("gte", SqlToken.Of(">="), FilterKind.Quantifiable, true),
        new("gt", SqlToken.Of(">"), FilterKind.Quantifiable, true),
        new("lte", SqlToken.Of("<="), FilterKind.Quantifiable, true),
        new("lt", SqlToken.Of("<"), FilterKind.Quantifiable, true),
        new("like", SqlToken.Of("like"), FilterKind.Pattern, false),
        new("ilike", SqlToken.Of("ilike"), FilterKind.Pattern, false),
        new("match", SqlToken.Of("~"), FilterKind.Quantifiable, true),
        new("imatch", SqlToken.Of("~*"), FilterKind.Quantifiable, true),
        new("neq", SqlToken.Of("<>"), FilterKind.Binary, true),
        new("cs", SqlToken.Of("@>"), FilterKind.Binary, true),
        new("cd", SqlToken.Of("<@"), FilterKind.Binary, true),
        new("ov", SqlToken.Of("&&"), FilterKind.Binary, true),
        new("sl", SqlToken.Of("<<"), FilterKind.Binary, true),
        new("sr", SqlToken.Of(">>"), FilterKind.Binary, true),
        new("nxr", SqlToken.Of("&<"), FilterKind.Binary, true),
        new("nxl", SqlToken.Of("&>"), FilterKind.Binary, true),
        new("adj", SqlToken.Of("-|-"), FilterKind.Binary, true),
        new("fts", SqlToken.Of("to_tsquery"), FilterKind.FullText, false),
        new("plfts", SqlToken.Of("plainto_tsquery"), FilterKind.FullText, false),
        new("phfts", SqlToken.Of("phraseto_tsquery"), FilterKind.FullText, false),
        new("wfts", SqlToken.Of("websearch_to_tsquery"), FilterKind.FullText, false),
    }.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);
}
