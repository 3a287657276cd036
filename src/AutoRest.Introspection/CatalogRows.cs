using System.Collections.Immutable;

namespace AutoRest.Introspection;

/// <summary>What one reading of the catalog found: one array per file of <c>Catalog/</c>, all of one snapshot of the database.</summary>
/// <param name="ServerVersion"><c>server_version_num</c>, for example 150018.</param>
/// <param name="Schemas">The exposed schemas in configured order.</param>
/// <param name="Views">Of the exposed schemas and the extra search path.</param>
/// <param name="Timings">Seconds each query took as seen by the reader; they arrive pipelined, so only the sum is exact.</param>
public sealed record CatalogFacts(
    int ServerVersion,
    ImmutableArray<ExposedSchema> Schemas,
    ImmutableArray<RelationRow> Relations,
    ImmutableArray<ColumnRow> Columns,
    ImmutableArray<ColumnTypeRow> ColumnTypes,
    ImmutableArray<NamedTypeRow> NamedTypes,
    ImmutableArray<KeyRow> Keys,
    ImmutableArray<ForeignKeyRow> ForeignKeys,
    ImmutableArray<ViewRow> Views,
    ImmutableArray<RoutineRow> Routines,
    ImmutableArray<RoutineParameterRow> RoutineParameters,
    ImmutableArray<RoutineSettingRow> RoutineSettings,
    ImmutableArray<ComputedRelationshipRow> ComputedRelationships,
    ImmutableArray<Representation> Representations,
    ImmutableArray<MediaHandler> MediaHandlers,
    ImmutableArray<QueryTiming> Timings)
{
    /// <summary>Of the operators that were asked for.</summary>
    public ImmutableArray<OperatorRow> Operators { get; init; } = [];

    /// <summary>What was asked for; an empty schema is any of the search path.</summary>
    public ImmutableArray<QualifiedIdentifier> WantedOperators { get; init; } = [];

    /// <summary>A database without anything in it, to be filled with <c>with</c>.</summary>
    public static CatalogFacts Empty { get; } = new(0, [], [], [], [], [], [], [], [], [], [], [], [], [], [], []);
}

/// <summary>How long the rows of <c>Catalog/</c><paramref name="Query"/><c>.sql</c> took to arrive after those of the query before it.</summary>
public readonly record struct QueryTiming(string Query, TimeSpan Elapsed);

/// <summary>A row of <c>relations.sql</c>.</summary>
/// <param name="Id">OID.</param>
/// <param name="Kind"><c>pg_class.relkind</c>.</param>
/// <param name="Writable">Bits of <c>pg_relation_is_updatable</c>: 4 update, 8 insert, 16 delete.</param>
public sealed record RelationRow(long Id, QualifiedIdentifier Name, char Kind, string? Description, int Writable, bool RunsUserCode);

/// <summary>A row of <c>columns.sql</c>.</summary>
/// <param name="Identity"><c>pg_attribute.attidentity</c>; NUL for none.</param>
/// <param name="Default">The column's own default.</param>
public readonly record struct ColumnRow(
    long Relation, int Number, string Name, string? Description, bool NotNull, long Type, int Modifier, char Identity, bool IsGenerated, string? Default);

/// <summary>A row of <c>column_types.sql</c>: a type with a modifier that some column has.</summary>
/// <param name="Base">OID of the type below all domains; <paramref name="Type"/> itself when it is no domain.</param>
/// <param name="NotNull">A domain that refuses nulls.</param>
/// <param name="Default">A domain's default.</param>
public sealed record ColumnTypeRow(
    long Type, int Modifier, long Base, string NominalType, string DataType, string WireType, int? MaxLength, bool NotNull, string? Default);

/// <summary>A row of <c>named_types.sql</c>, which is in order.</summary>
/// <param name="Type">Name of the enum or composite type, or of a domain over one.</param>
/// <param name="Name">The label or the attribute.</param>
/// <param name="AttributeType">Null for a label.</param>
public readonly record struct NamedTypeRow(string Type, string Name, string? AttributeType);

/// <summary>A row of <c>keys.sql</c>: a primary key or unique constraint.</summary>
/// <param name="Columns">Column numbers in the constraint's order.</param>
public sealed record KeyRow(long Relation, string Name, bool IsPrimary, ImmutableArray<int> Columns);

/// <summary>A row of <c>foreign_keys.sql</c>.</summary>
/// <param name="OriginColumns">Column numbers of the referencing side in the constraint's order.</param>
/// <param name="TargetColumns">Column numbers of the referenced side, paired with <paramref name="OriginColumns"/>.</param>
public sealed record ForeignKeyRow(long Origin, long Target, string Name, ImmutableArray<int> OriginColumns, ImmutableArray<int> TargetColumns);

/// <summary>A row of <c>view_definitions.sql</c>, its definition reduced to the columns that are plain columns of some relation.</summary>
/// <param name="Columns">In the order of their numbers.</param>
public sealed record ViewRow(long View, ImmutableArray<ViewColumn> Columns)
{
    /// <summary>Null when the column is no plain column of a relation.</summary>
    public ViewColumn? Find(int number)
    {
        var at = Columns.AsSpan().BinarySearch(new ColumnNumber(number));
        return at < 0 ? null : Columns[at];
    }
}

/// <summary>What columns are looked up by in rows that are in the order of their numbers.</summary>
readonly struct ColumnNumber(int number) : IComparable<ColumnRow>, IComparable<ViewColumn>
{
    public int CompareTo(ColumnRow other) => number.CompareTo(other.Number);

    public int CompareTo(ViewColumn other) => number.CompareTo(other.Number);
}

/// <summary>Column <paramref name="Number"/> of a view is column <paramref name="OriginColumn"/> of relation <paramref name="Origin"/>.</summary>
public readonly record struct ViewColumn(int Number, long Origin, int OriginColumn);

/// <summary>A row of <c>routines.sql</c>. The return type is the one below all domains; <paramref name="ReturnText"/> is as declared.</summary>
/// <param name="Volatility"><c>pg_proc.provolatile</c>.</param>
/// <param name="HasOut">Has an OUT, INOUT or TABLE argument.</param>
public sealed record RoutineRow(
    long Id, QualifiedIdentifier Name, string? Description, char Volatility, bool ReturnsSet, bool HasOut, bool ReturnsRow,
    QualifiedIdentifier ReturnType, string ReturnText);

/// <summary>A row of <c>routine_parameters.sql</c>; a routine's rows are adjacent and in order.</summary>
public readonly record struct RoutineParameterRow(long Routine, RoutineParameter Parameter);

/// <summary>A row of <c>routine_settings.sql</c>.</summary>
/// <param name="Entry"><c>name=value</c>.</param>
public readonly record struct RoutineSettingRow(long Routine, string Entry);

/// <summary>A row of <c>computed_relationships.sql</c>.</summary>
public sealed record ComputedRelationshipRow(QualifiedIdentifier Function, QualifiedIdentifier Origin, QualifiedIdentifier Target, bool ToOne);

/// <summary>A row of <c>operators.sql</c>.</summary>
/// <param name="Name">As asked for, so that an empty schema stays one.</param>
public readonly record struct OperatorRow(QualifiedIdentifier Name, OperatorOverload Overload);

/// <summary>A row of <c>role_settings.sql</c>.</summary>
/// <param name="Entry"><c>name=value</c>.</param>
public readonly record struct RoleSettingRow(string Role, string Entry);
