using System.Collections.Frozen;
using System.Collections.Immutable;
using AutoRest.Introspection;

namespace AutoRest.Cli.TypeScript;

/// <summary>What the exposed schemas hold, in the form descriptions need: by OID, with output arguments and computed columns.</summary>
sealed class ExposedDatabase
{
    readonly FrozenDictionary<long, RelationRow> _relations;
    readonly FrozenDictionary<(long Relation, string Name), ColumnRow> _columns;
    readonly FrozenDictionary<long, ViewRow> _views;
    readonly ILookup<string, ForeignKeyRow> _foreignKeys;
    readonly ILookup<long, TypeAttributeRow> _attributes;

    public ExposedDatabase(CatalogFacts facts, TypeFacts types)
    {
        Cache = SchemaCacheBuilder.Build(facts);
        _relations = facts.Relations.ToFrozenDictionary(r => r.Id);
        _columns = facts.Columns.ToFrozenDictionary(c => (c.Relation, c.Name));
        _views = facts.Views.ToFrozenDictionary(v => v.View);
        _foreignKeys = facts.ForeignKeys.ToLookup(k => k.Name);
        _attributes = types.Attributes.ToLookup(a => a.Relation);
        Types = types.Types.ToFrozenDictionary(t => t.Id);
        Schemas = [.. facts.Schemas.Select(s => s.Name)];
        Relations = [.. facts.Relations.OrderBy(r => r.Name, QualifiedIdentifier.ByCodePoint)];
        Functions = [.. FunctionsOf(facts, types).OrderBy(f => f.Name, QualifiedIdentifier.ByCodePoint).ThenBy(f => f.Id)];
    }

    public SchemaCache Cache { get; }

    public FrozenDictionary<long, TypeRow> Types { get; }

    /// <summary>In configured order.</summary>
    public ImmutableArray<string> Schemas { get; }

    /// <summary>By name.</summary>
    public ImmutableArray<RelationRow> Relations { get; }

    /// <summary>Those that can be called, and those that compute a column or a relationship. By name.</summary>
    public ImmutableArray<ExposedFunction> Functions { get; }

    public IEnumerable<TypeRow> TypesOf(string schema, char kind) =>
        Types.Values.Where(t => t.Name.Schema == schema && t.Kind == kind && !_relations.ContainsKey(t.Relation)).OrderBy(t => t.Name, QualifiedIdentifier.ByCodePoint);

    /// <summary>Null when the type is no row of an exposed relation.</summary>
    public RelationRow? RelationOf(long type) => Types.TryGetValue(type, out var row) ? _relations.GetValueOrDefault(row.Relation) : null;

    public IEnumerable<string> LabelsOf(TypeRow type) => Cache.NamedTypes.TryGetValue(type.Text, out var named) ? named.Labels : [];

    public IEnumerable<TypeAttributeRow> AttributesOf(TypeRow type) => _attributes[type.Relation];

    public long TypeOf(RelationRow relation, string column) => _columns[(relation.Id, column)].Type;

    /// <summary>The foreign keys a relation holds (not those that point to it), to relations of its own schema.</summary>
    public IEnumerable<Relationship.ForeignKey> ReferencesOf(RelationRow relation) =>
        Cache.Relationships.GetValueOrDefault(new RelationshipKey(relation.Name.Schema, relation.Name), [])
            .OfType<Relationship.ForeignKey>()
            .Where(k => k.Foreign.Schema == relation.Name.Schema && (k.Cardinality is Cardinality.ManyToOne || (k.Cardinality is Cardinality.OneToOne && Holds(relation, k))))
            .OrderBy(k => k.Constraint, StringComparer.Ordinal).ThenBy(k => k.Foreign.Name, StringComparer.Ordinal);

    // A one-to-one relationship looks the same from both sides: the side that holds the key is the one whose columns are the constraint's.
    bool Holds(RelationRow relation, Relationship.ForeignKey key) => _foreignKeys[key.Constraint].Any(fact =>
        fact.OriginColumns.Length == key.Columns.Length
        && key.Columns.Select((pair, i) => Sources(relation.Id, _columns[(relation.Id, pair.Origin)].Number).Contains((fact.Origin, fact.OriginColumns[i]))).All(found => found));

    /// <summary>A column, and the columns a view's column is, however many views lie between.</summary>
    IEnumerable<(long Relation, int Column)> Sources(long relation, int column) =>
        !_views.TryGetValue(relation, out var view)
            ? [(relation, column)]
            : view.Columns.Where(c => c.Number == column && c.Origin != relation).SelectMany(c => Sources(c.Origin, c.OriginColumn)).Prepend((relation, column));

    IEnumerable<ExposedFunction> FunctionsOf(CatalogFacts facts, TypeFacts types)
    {
        var parameters = facts.RoutineParameters.ToLookup(p => p.Routine, p => p.Parameter);
        var arguments = types.Arguments.ToLookup(a => a.Routine);
        var results = types.Results.ToFrozenDictionary(r => r.Routine);
        foreach (var row in facts.Routines)
        {
            var inputs = parameters[row.Id].Zip(arguments[row.Id].Where(a => a.IsInput), (p, a) => new ExposedArgument(p.Name, a.Type, p.IsRequired)).ToImmutableArray();
            var outputs = arguments[row.Id].Where(a => a.IsOutput).Select(a => new ExposedArgument(a.Name, a.Type, true)).ToImmutableArray();
            // The row is that of a relation of the function's own schema: elsewhere it is found by the search path, which is not known here.
            var computedOf = inputs is [var only] && RelationOf(only.Type) is { } relation && relation.Name.Schema == row.Name.Schema ? relation : null;
            var isCallable = SchemaCacheBuilder.IsCallable([.. parameters[row.Id]]);
            if (isCallable || computedOf is not null)
            {
                yield return new ExposedFunction(
                    row.Id, row.Name, inputs, outputs, results[row.Id].Type, row.ReturnsSet, !row.ReturnsSet || results[row.Id].IsOneRow, computedOf, isCallable);
            }
        }
    }
}

/// <param name="Outputs">OUT, INOUT and TABLE arguments: the columns of what comes back, if there are any.</param>
/// <param name="IsOneRow">At most one row comes back.</param>
/// <param name="ComputedOf">Takes nothing but a row of this relation: a computed column or relationship of it.</param>
/// <param name="IsCallable">Served below <c>/rpc</c>.</param>
sealed record ExposedFunction(
    long Id, QualifiedIdentifier Name, ImmutableArray<ExposedArgument> Inputs, ImmutableArray<ExposedArgument> Outputs, long Returns,
    bool ReturnsSet, bool IsOneRow, RelationRow? ComputedOf, bool IsCallable);

/// <param name="Name">Empty when unnamed.</param>
/// <param name="Type">OID.</param>
readonly record struct ExposedArgument(string Name, long Type, bool IsRequired);
