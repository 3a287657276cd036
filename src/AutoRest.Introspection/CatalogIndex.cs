using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AutoRest.Introspection;

/// <summary>The facts by OID, for the builder.</summary>
sealed class CatalogIndex
{
    readonly Dictionary<long, RelationRow> _relations;
    readonly Dictionary<long, (int Start, int Length)> _columns = [];
    readonly Dictionary<long, List<KeyRow>> _keys = [];

    public CatalogIndex(CatalogFacts facts)
    {
        Facts = facts;
        _relations = facts.Relations.ToDictionary(static r => r.Id);
        for (var start = 0; start < facts.Columns.Length;)
        {
            var relation = facts.Columns[start].Relation;
            var end = start + 1;
            while (end < facts.Columns.Length && facts.Columns[end].Relation == relation)
            {
                end++;
            }

            _columns.Add(relation, (start, end - start));
            start = end;
        }

        foreach (var key in facts.Keys)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_keys, key.Relation, out _) ??= []).Add(key);
        }
    }

    public CatalogFacts Facts { get; }

    /// <summary>Null when the relation is not exposed.</summary>
    public RelationRow? Relation(long id) => _relations.GetValueOrDefault(id);

    public ReadOnlySpan<ColumnRow> ColumnsOf(long relation) =>
        _columns.TryGetValue(relation, out var range) ? Facts.Columns.AsSpan(range.Start, range.Length) : [];

    public ReadOnlySpan<KeyRow> KeysOf(long relation) => _keys.TryGetValue(relation, out var keys) ? CollectionsMarshal.AsSpan(keys) : [];

    /// <summary>Null when the relation is not exposed or has no such column.</summary>
    public string? ColumnName(long relation, int number)
    {
        // Columns come in the order of their numbers, which have gaps where columns were dropped.
        var columns = ColumnsOf(relation);
        var at = columns.BinarySearch(new ColumnNumber(number));
        return at < 0 ? null : columns[at].Name;
    }

    /// <summary>Names of the given columns; empty when the relation is not exposed.</summary>
    public ImmutableArray<string> ColumnNames(long relation, ImmutableArray<int> numbers)
    {
        var names = new string[numbers.Length];
        for (var i = 0; i < names.Length; i++)
        {
            if (ColumnName(relation, numbers[i]) is not { } name)
            {
                return [];
            }

            names[i] = name;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(names);
    }

    /// <summary>Ordered by name. contract/schema-cache.md §2.</summary>
    public ImmutableArray<string> PrimaryKeyOf(long relation)
    {
        foreach (var key in KeysOf(relation))
        {
            if (key.IsPrimary)
            {
                return ColumnNames(relation, key.Columns).Sort(StringComparer.Ordinal);
            }
        }

        return [];
    }

    /// <summary>A primary key or unique constraint has exactly these columns, in any order.</summary>
    public bool IsKey(long relation, ImmutableArray<int> columns)
    {
        foreach (var key in KeysOf(relation))
        {
            if (IsWithin(key.Columns, columns) && IsWithin(columns, key.Columns))
            {
                return true;
            }
        }

        return false;
    }

    static bool IsWithin(ImmutableArray<int> some, ImmutableArray<int> all)
    {
        foreach (var number in some)
        {
            if (!all.Contains(number))
            {
                return false;
            }
        }

        return true;
    }
}
