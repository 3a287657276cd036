using System.Collections.Frozen;
using System.Collections.Immutable;
using AutoRest.Introspection;

namespace AutoRest.Server.OpenApi;

/// <summary>What both versions of the document say. contract/openapi.md §2–§7.</summary>
/// <param name="Schema">Name of the described schema.</param>
/// <param name="Title">First line of the schema's comment.</param>
/// <param name="Description">The rest of it.</param>
/// <param name="Profile">How a request selects the schema.</param>
/// <param name="MayChooseTransactionEnd"><c>Prefer: tx=</c> is obeyed.</param>
/// <param name="Relations">By name.</param>
/// <param name="Routines">By name, then in the order of overloads.</param>
/// <param name="MayUseSchema">False: nothing of it can be reached, which version 2.0 does not say (contract/openapi.md §1.1).</param>
/// <param name="Types">Enums and composite types by name.</param>
public sealed record ApiModel(
    string Schema,
    string Title,
    string Description,
    ApiAddress Address,
    ApiSecurity Security,
    SchemaProfile Profile,
    bool MayChooseTransactionEnd,
    ImmutableArray<RelationModel> Relations,
    ImmutableArray<RoutineGroup> Routines,
    bool MayUseSchema,
    FrozenDictionary<string, NamedType> Types)
{
    /// <summary>Names of the configured operators (<c>ar-operators</c>) that can be used.</summary>
    public ImmutableArray<string> Operators { get; init; } = [];
}

/// <summary>Where the API is reached.</summary>
/// <param name="Host">With port.</param>
/// <param name="BasePath">Begins with a slash.</param>
/// <param name="IsProxied">Configured (<c>openapi-server-proxy-uri</c>), so that it holds outside, too.</param>
public sealed record ApiAddress(string Scheme, string Host, string BasePath, bool IsProxied);

/// <summary>Whether a request must name its schema. contract/requests.md §4.</summary>
public enum SchemaProfile
{
    /// <summary>Only one schema is exposed.</summary>
    None,

    /// <summary>It is the first of several.</summary>
    Optional,

    Required,
}

/// <summary>How callers say who they are.</summary>
/// <param name="IsActive"><c>openapi-security-active</c>.</param>
/// <param name="TakesTokens">Tokens can be verified.</param>
/// <param name="AllowsAnonymous">Requests without a token have a role.</param>
public sealed record ApiSecurity(bool IsActive, bool TakesTokens, bool AllowsAnonymous);

/// <summary>A comment: its first line, and the rest without leading newlines.</summary>
public readonly record struct Comment(string? Summary, string? Description)
{
    public static Comment Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return default;
        }

        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0)
        {
            return new Comment(text, null);
        }

        var rest = text[end..].TrimStart('\n');
        return new Comment(text[..end], rest.Length == 0 ? null : rest);
    }
}

/// <summary>A relation and what the caller may do with it.</summary>
public sealed record RelationModel(
    Table Table, Comment Comment, RelationPrivileges Privileges, ImmutableArray<ColumnModel> Columns, ImmutableArray<EmbedModel> Embeds)
{
    public string Name => Table.Name.Name;

    /// <summary>All three writes are listed in version 2.0 if any is possible. contract/openapi.md §7.2.</summary>
    public bool IsWritable => Table.Insertable || Table.Updatable || Table.Deletable;
}

/// <summary>A column and its keys.</summary>
/// <param name="Target">What it references, when it is the single column of a foreign key.</param>
public sealed record ColumnModel(Column Column, bool IsPrimaryKey, ForeignColumn? Target)
{
    /// <summary>Comment and key notes, which clients parse. contract/openapi.md §3.</summary>
    public string? Description
    {
        get
        {
            if (!IsPrimaryKey && Target is null)
            {
                return Column.Description;
            }

            var text = Column.Description is { } comment ? comment + "\n\nNote:" : "Note:";
            if (IsPrimaryKey)
            {
                text += "\nThis is a Primary Key.<pk/>";
            }

            return Target is { } target
                ? $"{text}\nThis is a Foreign Key to `{target.Relation}.{target.Column}`.<fk table='{target.Relation}' column='{target.Column}'/>"
                : text;
        }
    }
}

/// <summary>A column of another relation, by its names.</summary>
public sealed record ForeignColumn(string Relation, string Column);

/// <summary>A relation that can be embedded.</summary>
/// <param name="Key">Member of the row it becomes.</param>
/// <param name="Relation">Its rows' relation, of the same schema.</param>
/// <param name="IsToOne">An object or null; else an array. Null: there are ways of both kinds.</param>
public sealed record EmbedModel(string Key, string Relation, bool? IsToOne);

/// <summary>The overloads of one name.</summary>
public sealed record RoutineGroup(string Name, ImmutableArray<RoutineModel> Overloads);

/// <summary>A function.</summary>
/// <param name="ParameterTypes">As printed in version 2.0: by the caller's search path, or qualified. contract/openapi.md §1.1.</param>
public sealed record RoutineModel(Routine Routine, Comment Comment, ImmutableArray<string> ParameterTypes);
