using System.Text;
using AutoRest.Introspection;

namespace AutoRest.Cli.TypeScript;

/// <summary>What a value of a PostgreSQL type is in TypeScript once it has been through JSON.</summary>
sealed class TypeExpressions(ExposedDatabase database)
{
    public const string Anything = "unknown";

    /// <param name="type">OID.</param>
    public string Of(long type)
    {
        var row = database.Types[type];
        return row.Kind switch
        {
            // A domain with a representation is whatever its cast makes of it.
            'd' when database.Cache.Representations.ContainsKey(new CastKey(row.Text, "json")) => "Json",
            'd' => Of(row.Base),
            'e' when database.Schemas.Contains(row.Name.Schema) => Member(row.Name, "Enums"),
            'e' => Union(database.LabelsOf(row)),
            'c' when database.RelationOf(row.Id) is { } relation => RowOf(relation),
            'c' when database.Schemas.Contains(row.Name.Schema) => Member(row.Name, "CompositeTypes"),
            'c' => Inline(row),
            'r' or 'm' => "string",
            'p' => Pseudo(row.Name.Name),
            _ when row.Element != 0 => Array(Of(row.Element)),
            _ => Base(row.Name),
        };
    }

    public static string Array(string element) => element.Contains(' ', StringComparison.Ordinal) ? $"({element})[]" : $"{element}[]";

    public string RowOf(RelationRow relation) => Member(relation.Name, database.Cache.Tables[relation.Name].IsView ? "Views" : "Tables") + "[\"Row\"]";

    public static string Union(IEnumerable<string> labels) => string.Join(" | ", labels.Select(Text).DefaultIfEmpty("never"));

    /// <summary>A name as the key of a member: quoted where it has to be.</summary>
    public static string Key(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$') ? name : Text(name);

    public static string Text(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => literal.Append('\\').Append(c),
                '\n' => literal.Append("\\n"),
                // Line separators end a line of TypeScript as well.
                < ' ' or '\u2028' or '\u2029' => literal.Append($"\\u{(int)c:x4}"),
                _ => literal.Append(c),
            };
        }

        return literal.Append('"').ToString();
    }

    static string Member(QualifiedIdentifier name, string kind) => $"Database[{Text(name.Schema)}][\"{kind}\"][{Text(name.Name)}]";

    // A composite type of a schema that is not exposed has no place of its own.
    string Inline(TypeRow row)
    {
        var members = database.AttributesOf(row).Select(a => $"{Key(a.Name)}: {Of(a.Type)} | null");
        return "{ " + string.Join("; ", members) + " }";
    }

    static string Pseudo(string name) => name switch
    {
        "void" => "undefined",
        "record" => "Record<string, unknown>",
        _ => Anything,
    };

    // contract/reads.md §1: JSON as PostgreSQL writes it. What it has no JSON for is its text.
    static string Base(QualifiedIdentifier name) => name switch
    {
        ("pg_catalog", "bool") => "boolean",
        ("pg_catalog", "int2" or "int4" or "int8" or "float4" or "float8" or "numeric") => "number",
        ("pg_catalog", "json" or "jsonb") => "Json",
        ("pg_catalog", _) => "string",
        (_, "citext" or "ltree" or "vector" or "halfvec" or "sparsevec") => "string",
        // An extension may come with a cast to JSON: PostGIS makes objects of its types.
        _ => Anything,
    };
}
