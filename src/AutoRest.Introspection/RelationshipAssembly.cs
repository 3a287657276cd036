using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AutoRest.Introspection;

/// <summary>Finds all relationships between exposed relations. contract/embedding.md §2.</summary>
static class RelationshipAssembly
{
    /// <summary>One end of a foreign key: the table itself or a view carrying the key, with the columns of the key in order.</summary>
    readonly record struct End(QualifiedIdentifier Relation, ImmutableArray<string> Columns, bool IsView);

    /// <summary>
    /// 1. Foreign keys, each between all pairs of ends: table and table, view and table, table and view, view and view.
    /// 2. Many-to-many through junctions.
    /// 3. Inverses of 1.
    /// 4. Computed relationships, which replace what was found from their origin to a relation of the function's name.
    /// 5. Grouped by request schema and origin, and sorted.
    /// Ends outside the exposed schemas are never created. Those in different exposed schemas are dropped only after 2: a junction may
    /// be in another schema than the two relations it joins.
    /// </summary>
    public static FrozenDictionary<RelationshipKey, ImmutableArray<Relationship>> Build(
        CatalogIndex catalog, ViewKeys viewKeys, FrozenDictionary<QualifiedIdentifier, Table> tables, SchemaCache? previous)
    {
        var foreignKeys = FromForeignKeys(catalog, viewKeys); // 1
        var detected = foreignKeys.Concat<Relationship>(ManyToMany(foreignKeys, tables)).Concat(Inverses(foreignKeys)); // 2, 3

        // 4
        var groups = new Dictionary<RelationshipKey, List<Relationship>>();
        var overridden = new HashSet<(QualifiedIdentifier Origin, QualifiedIdentifier Foreign)>();
        foreach (var row in catalog.Facts.ComputedRelationships)
        {
            overridden.Add((row.Origin, row.Function));
            Add(row.Function.Schema, new Relationship.Computed(
                row.Origin, row.Target, row.Origin == row.Target, row.Function, OriginType: row.Origin, row.ToOne));
        }

        foreach (var (done, relationship) in detected.Index())
        {
            Politeness.GiveWay(done, every: 64);
            if (relationship.Origin.Schema == relationship.Foreign.Schema && !overridden.Contains((relationship.Origin, relationship.Foreign)))
            {
                Add(relationship.Foreign.Schema, relationship);
            }
        }

        // 5
        var relationships = new Dictionary<RelationshipKey, ImmutableArray<Relationship>>(groups.Count);
        foreach (var (key, found) in groups)
        {
            Politeness.GiveWay(relationships.Count, every: 32);
            relationships.Add(key, KnownOrNew(key, found));
        }

        return relationships.ToFrozenDictionary();

        ImmutableArray<Relationship> KnownOrNew(RelationshipKey key, List<Relationship> found)
        {
            var ordered = found.Count == 1 ? found : [.. found.Order(RelationshipOrder.Instance)];
            return previous?.Relationships.TryGetValue(key, out var known) == true && known.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(ordered))
                ? known
                : [.. ordered];
        }

        void Add(string requestSchema, Relationship relationship) =>
            (CollectionsMarshal.GetValueRefOrAddDefault(groups, new RelationshipKey(requestSchema, relationship.Origin), out _) ??= [])
                .Add(relationship);
    }

    static List<Relationship.ForeignKey> FromForeignKeys(CatalogIndex catalog, ViewKeys viewKeys)
    {
        var relationships = new List<Relationship.ForeignKey>(catalog.Facts.ForeignKeys.Length);
        var (origins, foreigns) = (new List<End>(), new List<End>());
        for (var k = 0; k < catalog.Facts.ForeignKeys.Length; k++)
        {
            Politeness.GiveWay(k, every: 32);
            var row = catalog.Facts.ForeignKeys[k];
            FindEnds(catalog, row.Origin, row.OriginColumns, viewKeys.Referencing(k), origins);
            if (origins.Count == 0)
            {
                continue;
            }

            FindEnds(catalog, row.Target, row.TargetColumns, viewKeys.Referenced(k), foreigns);
            var cardinality = catalog.IsKey(row.Origin, row.OriginColumns) ? Cardinality.OneToOne : Cardinality.ManyToOne;
            foreach (var origin in origins)
            {
                foreach (var foreign in foreigns)
                {
                    relationships.Add(new Relationship.ForeignKey(
                        origin.Relation, foreign.Relation, origin.Relation == foreign.Relation, cardinality, row.Name,
                        Pairs(origin.Columns, foreign.Columns), origin.IsView, foreign.IsView)
                    {
                        OriginReferences = true,
                    });
                }
            }
        }

        return relationships;
    }

    static void FindEnds(CatalogIndex catalog, long table, ImmutableArray<int> columns, IReadOnlyList<ViewKey> views, List<End> ends)
    {
        ends.Clear();
        if (catalog.Relation(table) is { } row)
        {
            ends.Add(new End(row.Name, catalog.ColumnNames(table, columns), IsView: false));
        }

        foreach (var view in views)
        {
            foreach (var names in Combinations(view.Columns))
            {
                ends.Add(new End(view.View, names, IsView: true));
            }
        }
    }

    /// <summary>One name of each, in all ways: a view may show a key's column more than once.</summary>
    static IEnumerable<ImmutableArray<string>> Combinations(ImmutableArray<ImmutableArray<string>> columns)
    {
        IEnumerable<ImmutableArray<string>> combinations = [[]];
        foreach (var names in columns)
        {
            combinations = combinations.SelectMany(_ => names, static (before, name) => before.Add(name));
        }

        return combinations;
    }

    /// <summary>
    /// A junction's two foreign keys differ in name, and both lie within its primary key. One-to-one keys never make a junction.
    /// </summary>
    static IEnumerable<Relationship.Junction> ManyToMany(
        List<Relationship.ForeignKey> foreignKeys, FrozenDictionary<QualifiedIdentifier, Table> tables)
    {
        var junctions = foreignKeys
            .Where(k => k.Cardinality == Cardinality.ManyToOne && IsWithinPrimaryKey(tables[k.Origin], k))
            .GroupBy(static k => k.Origin);
        foreach (var junction in junctions)
        {
            var keys = junction.ToList();
            foreach (var origin in keys)
            {
                var originColumns = Swap(origin.Columns);
                foreach (var foreign in keys)
                {
                    if (origin.Constraint != foreign.Constraint)
                    {
                        yield return new Relationship.Junction(
                            origin.Foreign, foreign.Foreign, origin.Foreign == foreign.Foreign, junction.Key,
                            origin.Constraint, foreign.Constraint, originColumns, foreign.Columns);
                    }
                }
            }
        }
    }

    static bool IsWithinPrimaryKey(Table junction, Relationship.ForeignKey key)
    {
        foreach (var pair in key.Columns)
        {
            if (!junction.PrimaryKey.Contains(pair.Origin))
            {
                return false;
            }
        }

        return true;
    }

    static IEnumerable<Relationship.ForeignKey> Inverses(List<Relationship.ForeignKey> foreignKeys) =>
        foreignKeys.Select(static k => new Relationship.ForeignKey(
            k.Foreign, k.Origin, k.IsSelf, k.Cardinality == Cardinality.OneToOne ? Cardinality.OneToOne : Cardinality.OneToMany,
            k.Constraint, Swap(k.Columns), OriginIsView: k.ForeignIsView, ForeignIsView: k.OriginIsView));

    static ImmutableArray<ColumnPair> Pairs(ImmutableArray<string> origin, ImmutableArray<string> foreign)
    {
        var pairs = new ColumnPair[origin.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new ColumnPair(origin[i], foreign[i]);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(pairs);
    }

    static ImmutableArray<ColumnPair> Swap(ImmutableArray<ColumnPair> pairs) =>
        ImmutableArray.CreateRange(pairs, static p => new ColumnPair(p.Foreign, p.Origin));
}
