using System.Collections.Immutable;

namespace AutoRest.Introspection;

/// <summary>
/// Order of the relationships of one origin: it decides what is listed first when an embed is ambiguous. contract/embedding.md §15.
/// Computed ones come last; they take part in no such list.
/// </summary>
sealed class RelationshipOrder : IComparer<Relationship>
{
    public static RelationshipOrder Instance { get; } = new();

    public int Compare(Relationship? x, Relationship? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x is Relationship.Computed || y is Relationship.Computed)
        {
            return (x as Relationship.Computed, y as Relationship.Computed) switch
            {
                (null, _) => -1,
                (_, null) => 1,
                var (a, b) => QualifiedIdentifier.ByCodePoint.Compare(a.Function, b.Function),
            };
        }

        var order = QualifiedIdentifier.ByCodePoint.Compare(x.Foreign, y.Foreign);
        order = order != 0 ? order : x.IsSelf.CompareTo(y.IsSelf);
        order = order != 0 ? order : CardinalityOf(x).CompareTo(CardinalityOf(y));
        return order != 0 ? order : (x, y) switch
        {
            (Relationship.ForeignKey a, Relationship.ForeignKey b) => Compare(a, b),
            (Relationship.Junction a, Relationship.Junction b) => Compare(a, b),
            _ => 0,
        };
    }

    static Cardinality CardinalityOf(Relationship relationship) =>
        relationship is Relationship.ForeignKey key ? key.Cardinality : Cardinality.ManyToMany;

    static int Compare(Relationship.ForeignKey x, Relationship.ForeignKey y)
    {
        var order = string.CompareOrdinal(x.Constraint, y.Constraint);
        return order != 0 ? order : Compare(x.Columns, y.Columns);
    }

    static int Compare(Relationship.Junction x, Relationship.Junction y)
    {
        var order = QualifiedIdentifier.ByCodePoint.Compare(x.Via, y.Via);
        order = order != 0 ? order : string.CompareOrdinal(x.OriginConstraint, y.OriginConstraint);
        order = order != 0 ? order : string.CompareOrdinal(x.ForeignConstraint, y.ForeignConstraint);
        order = order != 0 ? order : Compare(x.OriginColumns, y.OriginColumns);
        return order != 0 ? order : Compare(x.ForeignColumns, y.ForeignColumns);
    }

    static int Compare(ImmutableArray<ColumnPair> x, ImmutableArray<ColumnPair> y)
    {
        for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
        {
            var order = string.CompareOrdinal(x[i].Origin, y[i].Origin);
            order = order != 0 ? order : string.CompareOrdinal(x[i].Foreign, y[i].Foreign);
            if (order != 0)
            {
                return order;
            }
        }

        return x.Length.CompareTo(y.Length);
    }
}
