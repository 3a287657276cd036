using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AutoRest.Introspection;

/// <summary>A view that shows every column of one side of a constraint.</summary>
/// <param name="Columns">For each column of that side, in constraint order, the names it has in the view.</param>
readonly record struct ViewKey(QualifiedIdentifier View, ImmutableArray<ImmutableArray<string>> Columns);

/// <summary>Constraints of tables that are carried by views of exposed schemas. contract/embedding.md §2.2, §2.6.</summary>
sealed class ViewKeys
{
    readonly Dictionary<int, List<ViewKey>> _referencing = [];
    readonly Dictionary<int, List<ViewKey>> _referenced = [];
    readonly Dictionary<long, ImmutableArray<string>> _primaryKeys = [];

    ViewKeys()
    {
    }

    /// <summary>Views carrying the referencing side of a foreign key, given by its place in <see cref="CatalogFacts.ForeignKeys"/>.</summary>
    public IReadOnlyList<ViewKey> Referencing(int foreignKey) => _referencing.TryGetValue(foreignKey, out var views) ? views : [];

    /// <summary>Views carrying the referenced side of a foreign key.</summary>
    public IReadOnlyList<ViewKey> Referenced(int foreignKey) => _referenced.TryGetValue(foreignKey, out var views) ? views : [];

    /// <summary>All primary keys the view carries, one after the other; of several names for a column the first.</summary>
    public ImmutableArray<string> PrimaryKeyOf(long view) => _primaryKeys.GetValueOrDefault(view, []);

    /// <summary>
    /// 1. For every column of every exposed view, finds the table column it shows, through other views.
    /// 2. For every table that a view shows something of, looks at the table's constraints, and no others: the work grows with what
    ///    views show, not with views times constraints.
    /// </summary>
    public static ViewKeys Trace(CatalogIndex catalog)
    {
        var result = new ViewKeys();
        var views = catalog.Facts.Views.ToDictionary(static v => v.View);
        var referencing = ByTable(catalog.Facts.ForeignKeys, static k => k.Origin);
        var referenced = ByTable(catalog.Facts.ForeignKeys, static k => k.Target);
        foreach (var (done, row) in catalog.Facts.Views.Index())
        {
            Politeness.GiveWay(done, every: 16);

            // Views that are only in the extra search path are steps on the way, not starting points.
            if (catalog.Relation(row.View) is not { } view)
            {
                continue;
            }

            var primaryKey = ImmutableArray.CreateBuilder<string>();
            foreach (var (table, shown) in ShownColumns(catalog, views, row)) // 1
            {
                // 2
                foreach (var key in catalog.KeysOf(table))
                {
                    if (key.IsPrimary && Carry(shown, key.Columns) is { IsDefault: false } columns)
                    {
                        primaryKey.AddRange(columns.Select(static c => c[0]));
                    }
                }

                foreach (var k in referencing.GetValueOrDefault(table) ?? [])
                {
                    Add(result._referencing, k, view.Name, Carry(shown, catalog.Facts.ForeignKeys[k].OriginColumns));
                }

                foreach (var k in referenced.GetValueOrDefault(table) ?? [])
                {
                    Add(result._referenced, k, view.Name, Carry(shown, catalog.Facts.ForeignKeys[k].TargetColumns));
                }
            }

            if (primaryKey.Count > 0)
            {
                result._primaryKeys.Add(row.View, primaryKey.DrainToImmutable());
            }
        }

        return result;
    }

    static Dictionary<long, List<int>> ByTable(ImmutableArray<ForeignKeyRow> foreignKeys, Func<ForeignKeyRow, long> side)
    {
        var byTable = new Dictionary<long, List<int>>();
        for (var k = 0; k < foreignKeys.Length; k++)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(byTable, side(foreignKeys[k]), out _) ??= []).Add(k);
        }

        return byTable;
    }

    /// <summary>What the view shows of each table: table column → names in the view. Tables in the order the view first shows them.</summary>
    static IEnumerable<(long Table, Dictionary<int, ImmutableArray<string>> Columns)> ShownColumns(
        CatalogIndex catalog, Dictionary<long, ViewRow> views, ViewRow view)
    {
        var tables = new Dictionary<long, Dictionary<int, ImmutableArray<string>>>();
        var order = new List<long>();
        foreach (var column in view.Columns)
        {
            if (catalog.ColumnName(view.View, column.Number) is not { } name || Follow(views, column) is not { } origin)
            {
                continue;
            }

            ref var shown = ref CollectionsMarshal.GetValueRefOrAddDefault(tables, origin.Origin, out var known);
            if (!known)
            {
                order.Add(origin.Origin);
            }

            shown ??= [];
            shown[origin.OriginColumn] = shown.TryGetValue(origin.OriginColumn, out var names) ? names.Add(name) : [name];
        }

        return order.Select(table => (table, tables[table]));
    }

    /// <summary>Goes from view to view until the origin is none; null for an expression on the way, or a cycle.</summary>
    static ViewColumn? Follow(Dictionary<long, ViewRow> views, ViewColumn column)
    {
        // PostgreSQL refuses recursive views, but CREATE OR REPLACE has made cycles possible before: never more steps than views.
        for (var steps = 0; steps <= views.Count; steps++)
        {
            if (!views.TryGetValue(column.Origin, out var view))
            {
                return column;
            }

            if (view.Find(column.OriginColumn) is not { } next)
            {
                return null;
            }

            column = next;
        }

        return null;
    }

    /// <summary>The names of all the columns; default when one is not shown.</summary>
    static ImmutableArray<ImmutableArray<string>> Carry(Dictionary<int, ImmutableArray<string>> shown, ImmutableArray<int> columns)
    {
        var names = ImmutableArray.CreateBuilder<ImmutableArray<string>>(columns.Length);
        foreach (var column in columns)
        {
            if (!shown.TryGetValue(column, out var inView))
            {
                return default;
            }

            names.Add(inView);
        }

        return names.MoveToImmutable();
    }

    static void Add(Dictionary<int, List<ViewKey>> keys, int foreignKey, QualifiedIdentifier view, ImmutableArray<ImmutableArray<string>> columns)
    {
        if (!columns.IsDefault)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(keys, foreignKey, out _) ??= []).Add(new ViewKey(view, columns));
        }
    }
}
