using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;

namespace AutoRest.Introspection;

/// <summary>Turns the rows of the catalog into a <see cref="SchemaCache"/>. Pure: no database, no clock, no configuration.</summary>
public static class SchemaCacheBuilder
{
    /// <summary>
    /// Builds the cache in these steps (contract/schema-cache.md §2–§8):
    /// 1. keys carried by views, and with them the views' primary keys;
    /// 2. relations with their columns;
    /// 3. relationships, which need the primary keys of junctions;
    /// 4. routines.
    /// </summary>
    /// <param name="previous">
    /// The cache to be replaced. What has not changed is taken from it: what was made of it for requests stays, and a reload leaves the garbage collector
    /// next to nothing to move while requests wait.
    /// </param>
    public static SchemaCache Build(CatalogFacts facts, SchemaCache? previous = null)
    {
        var catalog = new CatalogIndex(facts);
        var viewKeys = ViewKeys.Trace(catalog); // 1
        var types = facts.NamedTypes.GroupBy(static t => t.Type, StringComparer.Ordinal).ToFrozenDictionary(
            static g => g.Key,
            static g => new NamedType(
                [.. g.Where(static t => t.AttributeType is null).Select(static t => t.Name)],
                [.. g.Where(static t => t.AttributeType is not null).Select(static t => new TypeMember(t.Name, t.AttributeType!))]),
            StringComparer.Ordinal);
        var tables = BuildTables(catalog, viewKeys, types, previous); // 2
        var relationships = RelationshipAssembly.Build(catalog, viewKeys, tables, previous); // 3
        return new SchemaCache(
            facts.Schemas,
            tables,
            relationships,
            BuildRoutines(facts), // 4
            facts.Representations.ToFrozenDictionary(static r => new CastKey(r.Source, r.Target), static r => r.Function),
            facts.MediaHandlers)
        {
            NamedTypes = types,
            Operators = facts.WantedOperators.ToFrozenDictionary(
                static name => name, name => facts.Operators.Where(o => o.Name == name).Select(static o => o.Overload).ToImmutableArray()),
        };
    }

    static FrozenDictionary<QualifiedIdentifier, Table> BuildTables(
        CatalogIndex catalog, ViewKeys viewKeys, FrozenDictionary<string, NamedType> namedTypes, SchemaCache? previous)
    {
        var types = catalog.Facts.ColumnTypes.ToDictionary(static t => (t.Type, t.Modifier));
        var tables = new Dictionary<QualifiedIdentifier, Table>(catalog.Facts.Relations.Length);
        foreach (var row in catalog.Facts.Relations)
        {
            Politeness.GiveWay(tables.Count, every: 16);
            var known = previous?.Tables.GetValueOrDefault(row.Name);
            var columns = catalog.ColumnsOf(row.Id);
            var primaryKey = IsView(row) ? viewKeys.PrimaryKeyOf(row.Id) : catalog.PrimaryKeyOf(row.Id);
            tables.Add(row.Name, known is not null && IsUnchanged(known, row, primaryKey, columns) ? known : new Table(
                row.Name,
                row.Description,
                Kind(row.Kind),
                IsInsertable(row),
                IsUpdatable(row),
                IsDeletable(row),
                primaryKey,
                BuildColumns(columns),
                row.RunsUserCode));
        }

        return tables.ToFrozenDictionary();

        bool IsUnchanged(Table known, RelationRow row, ImmutableArray<string> primaryKey, ReadOnlySpan<ColumnRow> columns)
        {
            var isSame = known.Description == row.Description && known.Kind == Kind(row.Kind) && known.Insertable == IsInsertable(row)
                && known.Updatable == IsUpdatable(row) && known.Deletable == IsDeletable(row) && known.RunsUserCode == row.RunsUserCode
                && known.PrimaryKey.AsSpan().SequenceEqual(primaryKey.AsSpan()) && known.Columns.Length == columns.Length;
            for (var i = 0; isSame && i < columns.Length; i++)
            {
                // Labels by content: arrays of different caches are never the same one.
                var column = known.Columns[i];
                isSame = column.EnumLabels.AsSpan().SequenceEqual(LabelsOf(columns[i]).AsSpan())
                    && column == BuildColumn(columns[i], TypeOf(columns[i]), column.EnumLabels);
            }

            return isSame;
        }

        ImmutableArray<Column> BuildColumns(ReadOnlySpan<ColumnRow> columns)
        {
            var built = ImmutableArray.CreateBuilder<Column>(columns.Length);
            foreach (ref readonly var column in columns)
            {
                built.Add(BuildColumn(column, TypeOf(column), LabelsOf(column)));
            }

            return built.MoveToImmutable();
        }

        ColumnTypeRow TypeOf(in ColumnRow column) => types[(column.Type, column.Modifier)];

        ImmutableArray<string> LabelsOf(in ColumnRow column) => namedTypes.GetValueOrDefault(TypeOf(column).DataType)?.Labels ?? [];
    }

    static Column BuildColumn(in ColumnRow row, ColumnTypeRow type, ImmutableArray<string> labels) => new(
        row.Name,
        row.Description,
        Nullable: !row.NotNull && !type.NotNull,
        type.DataType,
        type.NominalType,
        type.WireType,
        type.MaxLength,
        // A generated column cannot be written, not even with its domain's default.
        Default: row.Default ?? (row.IsGenerated ? null : type.Default),
        labels,
        row.Identity switch { 'a' => IdentityKind.Always, 'd' => IdentityKind.ByDefault, _ => IdentityKind.None },
        row.IsGenerated);

    static bool IsInsertable(RelationRow row) => (row.Writable & 8) != 0;

    static bool IsUpdatable(RelationRow row) => (row.Writable & 4) != 0;

    static bool IsDeletable(RelationRow row) => (row.Writable & 16) != 0;

    static RelationKind Kind(char kind) => kind switch
    {
        'r' => RelationKind.Table,
        'p' => RelationKind.PartitionedTable,
        'v' => RelationKind.View,
        'm' => RelationKind.MaterializedView,
        'f' => RelationKind.ForeignTable,
        _ => throw new UnreachableException(),
    };

    static bool IsView(RelationRow row) => row.Kind is 'v' or 'm';

    static FrozenDictionary<QualifiedIdentifier, ImmutableArray<Routine>> BuildRoutines(CatalogFacts facts)
    {
        var parameters = facts.RoutineParameters
            .GroupBy(static p => p.Routine)
            .ToDictionary(static g => g.Key, static g => g.Select(static p => p.Parameter).ToImmutableArray());
        var settings = facts.RoutineSettings
            .GroupBy(static s => s.Routine)
            .ToDictionary(static g => g.Key, static g => g.Select(static s => Settings.Parse(s.Entry)).ToImmutableArray());
        return facts.Routines
            .Select(r => BuildRoutine(r, parameters.GetValueOrDefault(r.Id, []), settings.GetValueOrDefault(r.Id, [])))
            .Where(static r => IsCallable(r.Parameters))
            .GroupBy(static r => r.Name)
            .ToFrozenDictionary(static g => g.Key, static g => g.Order(OverloadOrder.Instance).ToImmutableArray());
    }

    static Routine BuildRoutine(RoutineRow row, ImmutableArray<RoutineParameter> parameters, ImmutableArray<ConfigEntry> settings)
    {
        var isComposite = row.ReturnsRow || row.HasOut;
        var isCatalogType = row.ReturnType.Schema == "pg_catalog";
        return new Routine(
            row.Name,
            row.Description,
            parameters,
            new RoutineReturn(
                row.ReturnsSet,
                isComposite,
                IsVoid: isCatalogType && row.ReturnType.Name == "void" && !isComposite && !row.ReturnsSet,
                IsRecord: isCatalogType && row.ReturnType.Name == "record" && !isComposite,
                row.ReturnType,
                row.ReturnText),
            row.Volatility switch { 'i' => Volatility.Immutable, 's' => Volatility.Stable, _ => Volatility.Volatile },
            Settings.Isolation(settings),
            settings)
        {
            Id = row.Id,
        };
    }

    /// <summary>contract/functions.md §1: arguments are named, or the one unnamed takes a whole body.</summary>
    public static bool IsCallable(ImmutableArray<RoutineParameter> parameters)
    {
        var unnamed = parameters.Where(static p => p.Name.Length == 0).ToList();
        return unnamed is [] or [{ Type: "bytea" or "json" or "jsonb" or "text" or "xml" }];
    }
}
