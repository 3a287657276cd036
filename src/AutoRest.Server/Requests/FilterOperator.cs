using System.Collections.Frozen;

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
public sealed record FilterOperator(string Name, string Sql, FilterKind Kind, bool ConvertsLiteral)
{
    public static FrozenDictionary<string, FilterOperator> ByName { get; } = new FilterOperator[]
    {
        new("eq", "=", FilterKind.Quantifiable, true),
        new("gte", ">=", FilterKind.Quantifiable, true),
        new("gt", ">", FilterKind.Quantifiable, true),
        new("lte", "<=", FilterKind.Quantifiable, true),
        new("lt", "<", FilterKind.Quantifiable, true),
        new("like", "like", FilterKind.Pattern, false),
        new("ilike", "ilike", FilterKind.Pattern, false),
        new("match", "~", FilterKind.Quantifiable, true),
        new("imatch", "~*", FilterKind.Quantifiable, true),
        new("neq", "<>", FilterKind.Binary, true),
        new("cs", "@>", FilterKind.Binary, true),
        new("cd", "<@", FilterKind.Binary, true),
        new("ov", "&&", FilterKind.Binary, true),
        new("sl", "<<", FilterKind.Binary, true),
        new("sr", ">>", FilterKind.Binary, true),
        new("nxr", "&<", FilterKind.Binary, true),
        new("nxl", "&>", FilterKind.Binary, true),
        new("adj", "-|-", FilterKind.Binary, true),
        new("fts", "to_tsquery", FilterKind.FullText, false),
        new("plfts", "plainto_tsquery", FilterKind.FullText, false),
        new("phfts", "phraseto_tsquery", FilterKind.FullText, false),
        new("wfts", "websearch_to_tsquery", FilterKind.FullText, false),
    }.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);
}
