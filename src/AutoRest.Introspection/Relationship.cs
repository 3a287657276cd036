using System.Collections.Immutable;

namespace AutoRest.Introspection;

/// <summary>In the order the contract lists choices of an ambiguous embed (contract/embedding.md §15).</summary>
public enum Cardinality
{
    OneToMany,
    ManyToOne,
    OneToOne,
    ManyToMany,
}

/// <summary>One equality of a join: a column of the origin side and the column of the foreign side it equals.</summary>
public readonly record struct ColumnPair(string Origin, string Foreign);

/// <summary>A way from <see cref="Origin"/> to <see cref="Foreign"/>; equal when of the same content. contract/embedding.md §2.</summary>
public abstract record Relationship
{
    Relationship(QualifiedIdentifier origin, QualifiedIdentifier foreign, bool isSelf)
    {
        Origin = origin;
        Foreign = foreign;
        IsSelf = isSelf;
    }

    public QualifiedIdentifier Origin { get; init; }

    public QualifiedIdentifier Foreign { get; init; }

    public bool IsSelf { get; init; }

    /// <summary>True when at most one foreign row belongs to an origin row.</summary>
    public abstract bool IsToOne { get; }

    /// <summary>A foreign key, seen from either side, possibly carried by views.</summary>
    /// <param name="Cardinality">Never <see cref="Cardinality.ManyToMany"/>.</param>
    /// <param name="Columns">Origin column = foreign column, in constraint order.</param>
    public sealed record ForeignKey(
        QualifiedIdentifier Origin, QualifiedIdentifier Foreign, bool IsSelf, Cardinality Cardinality, string Constraint,
        ImmutableArray<ColumnPair> Columns, bool OriginIsView, bool ForeignIsView) : Relationship(Origin, Foreign, IsSelf)
    {
        public override bool IsToOne => Cardinality is Cardinality.ManyToOne or Cardinality.OneToOne;

        /// <summary>The key is the origin's: its columns reference the foreign ones. Tells the two directions of a one-to-one apart.</summary>
        public bool OriginReferences { get; init; }

        public bool Equals(ForeignKey? other) => base.Equals(other) && Cardinality == other.Cardinality && Constraint == other.Constraint
            && Columns.AsSpan().SequenceEqual(other.Columns.AsSpan()) && OriginIsView == other.OriginIsView && ForeignIsView == other.ForeignIsView
            && OriginReferences == other.OriginReferences;

        public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Constraint);
    }

    /// <summary>Many-to-many through <paramref name="Via"/>.</summary>
    /// <param name="OriginColumns">Origin column = junction column of <paramref name="OriginConstraint"/>.</param>
    /// <param name="ForeignColumns">Junction column = foreign column of <paramref name="ForeignConstraint"/>.</param>
    public sealed record Junction(
        QualifiedIdentifier Origin, QualifiedIdentifier Foreign, bool IsSelf, QualifiedIdentifier Via, string OriginConstraint, string ForeignConstraint,
        ImmutableArray<ColumnPair> OriginColumns, ImmutableArray<ColumnPair> ForeignColumns) : Relationship(Origin, Foreign, IsSelf)
    {
        public override bool IsToOne => false;

        public bool Equals(Junction? other) => base.Equals(other) && Via == other.Via && OriginConstraint == other.OriginConstraint
            && ForeignConstraint == other.ForeignConstraint && OriginColumns.AsSpan().SequenceEqual(other.OriginColumns.AsSpan())
            && ForeignColumns.AsSpan().SequenceEqual(other.ForeignColumns.AsSpan());

        public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), OriginConstraint, ForeignConstraint);
    }

    /// <summary>A function of the origin's row type that returns rows of the foreign relation.</summary>
    /// <param name="OriginType">The table whose row type the argument has: the parent's row is cast to it so that overloads resolve.</param>
    public sealed record Computed(
        QualifiedIdentifier Origin, QualifiedIdentifier Foreign, bool IsSelf, QualifiedIdentifier Function, QualifiedIdentifier OriginType, bool ToOne)
        : Relationship(Origin, Foreign, IsSelf)
    {
        public override bool IsToOne => ToOne;
    }
}
