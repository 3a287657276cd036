using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AutoRest.Introspection;

/// <summary>Which relationships a request may use: those of one origin, indexed by the schema the request selected.</summary>
public readonly record struct RelationshipKey(string RequestSchema, QualifiedIdentifier Origin);

/// <summary>A cast from one type to another, by the names <c>regtype</c> prints.</summary>
public readonly record struct CastKey(string Source, string Target);

/// <summary>
/// Everything that must be known of the database before a request is planned. Immutable: a reload builds a new one and swaps it.
/// contract/schema-cache.md §1.
/// </summary>
/// <param name="Schemas">Exposed schemas with their descriptions, in configured order.</param>
/// <param name="Relationships">Lists in the order of contract/embedding.md §15.</param>
/// <param name="Routines">Overloads sorted by parameter count, then description, parameters, return type.</param>
public sealed record SchemaCache(
    ImmutableArray<ExposedSchema> Schemas,
    FrozenDictionary<QualifiedIdentifier, Table> Tables,
    FrozenDictionary<RelationshipKey, ImmutableArray<Relationship>> Relationships,
    FrozenDictionary<QualifiedIdentifier, ImmutableArray<Routine>> Routines,
    FrozenDictionary<CastKey, QualifiedIdentifier> Representations,
    ImmutableArray<MediaHandler> MediaHandlers)
{
    /// <summary>Enums and composite types by the name <c>format_type</c> prints under an empty search path, for documents.</summary>
    public FrozenDictionary<string, NamedType> NamedTypes { get; init; } = FrozenDictionary<string, NamedType>.Empty;

    /// <summary>Operators that the configuration names, by that name (an empty schema is any of the search path, a function's ends with <c>()</c>); without overloads, what the database does not have.</summary>
    public FrozenDictionary<QualifiedIdentifier, ImmutableArray<OperatorOverload>> Operators { get; init; } =
        FrozenDictionary<QualifiedIdentifier, ImmutableArray<OperatorOverload>>.Empty;

    /// <summary>Relation names by exposed schema, for "Perhaps you meant".</summary>
    public FrozenDictionary<string, ImmutableArray<string>> TableNames { get; } = Tables.Keys
        .GroupBy(k => k.Schema, StringComparer.Ordinal)
        .ToFrozenDictionary(g => g.Key, g => g.Select(k => k.Name).Order(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);
}

/// <summary>A binary operator of two types, or a function of them, by the names <c>format_type</c> prints under an empty search path, without modifiers.</summary>
/// <param name="IsVolatile">Its function is: one value per row cannot be relied upon, and no index can.</param>
public readonly record struct OperatorOverload(string Left, string Right, bool IsVolatile);

/// <summary>What values of a type consist of: one of these labels, or all of these attributes.</summary>
public sealed record NamedType(ImmutableArray<string> Labels, ImmutableArray<TypeMember> Attributes);

/// <summary>An attribute of a composite type.</summary>
/// <param name="Type">As <see cref="Column.DataType"/>.</param>
public readonly record struct TypeMember(string Name, string Type);

/// <summary>An exposed schema and its comment.</summary>
public sealed record ExposedSchema(string Name, string? Description);

/// <summary>
/// Settings of a role requests may run as, applied with <c>set_config</c> before the switch to it. contract/schema-cache.md §9.
/// </summary>
/// <param name="Isolation"><c>default_transaction_isolation</c>, which is taken out of <paramref name="Settings"/>.</param>
public sealed record RoleSettings(TransactionIsolation? Isolation, ImmutableArray<ConfigEntry> Settings);
