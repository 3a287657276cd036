using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace AutoRest.Introspection;

/// <summary>What <c>pg_class.relkind</c> says a relation is.</summary>
public enum RelationKind
{
    Table,
    PartitionedTable,
    View,
    MaterializedView,
    ForeignTable,
}

/// <summary>A relation of an exposed schema. Privileges play no part in it. contract/schema-cache.md §2.</summary>
/// <param name="Insertable">Describes the object, not privileges; views and foreign tables by <c>pg_relation_is_updatable</c>.</param>
/// <param name="PrimaryKey">Key column names, ordered by name; for views the traced key (contract/embedding.md §2.6).</param>
/// <param name="RunsUserCode">
/// True when merely reading the relation can run a user-defined function (views, foreign tables, policies that call one), which might set
/// <c>response.headers</c> or <c>response.status</c>: then these settings must be read after the query.
/// </param>
public sealed record Table(
    QualifiedIdentifier Name,
    string? Description,
    RelationKind Kind,
    bool Insertable,
    bool Updatable,
    bool Deletable,
    ImmutableArray<string> PrimaryKey,
    ImmutableArray<Column> Columns,
    bool RunsUserCode)
{
    FrozenDictionary<string, Column>? _columnsByName;

    /// <summary>Columns by name. Made when first asked for: of 10,000 tables few are, and the dictionaries would be half of the cache.</summary>
    public FrozenDictionary<string, Column> ColumnsByName => _columnsByName ??= Columns.ToFrozenDictionary(static c => c.Name, StringComparer.Ordinal);

    /// <summary>True for views and materialized views.</summary>
    public bool IsView => Kind is RelationKind.View or RelationKind.MaterializedView;

    /// <summary>By reference: a reload keeps a table that did not change, and what is made lazily must not change its hash code.</summary>
    public bool Equals(Table? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}

/// <summary><c>pg_attribute.attidentity</c>.</summary>
public enum IdentityKind
{
    None,
    Always,
    ByDefault,
}

/// <summary>A column of an exposed relation. contract/schema-cache.md §3.</summary>
/// <param name="DataType">The type with domains resolved where their base is a catalog type, without modifiers: for the tsvector test and OpenAPI.</param>
/// <param name="NominalType">
/// <c>format_type(atttypid, atttypmod)</c> under an empty search path: for payload record definitions, json/jsonb detection and representations.
/// </param>
/// <param name="WireType">
/// <c>pg_type.typname</c> of the ultimate base type when that lives in <c>pg_catalog</c> and is a base type (<c>int4</c>, <c>text</c>, <c>jsonb</c>, …);
/// empty for arrays, enums, composites, ranges and types of extensions. What <c>RowEncoder</c> decides on.
/// </param>
/// <param name="MaxLength">As <c>information_schema.columns.character_maximum_length</c>.</param>
/// <param name="Default">SQL text of the default as printed under an empty search path; pasted into <c>missing=default</c> statements.</param>
/// <param name="EnumLabels">Labels of the base type when it is an enum, in sort order; else empty.</param>
/// <param name="IsGenerated">A generated column.</param>
public sealed record Column(
    string Name,
    string? Description,
    bool Nullable,
    string DataType,
    string NominalType,
    string WireType,
    int? MaxLength,
    string? Default,
    ImmutableArray<string> EnumLabels,
    IdentityKind Identity,
    bool IsGenerated);
