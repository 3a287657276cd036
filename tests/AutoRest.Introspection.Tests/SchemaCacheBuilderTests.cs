using System.Collections.Immutable;

namespace AutoRest.Introspection.Tests;

/// <summary>The builder on rows made by hand: what no real catalog holds, or not in one place.</summary>
public class SchemaCacheBuilderTests
{
    static readonly CatalogFacts Database = CatalogFacts.Empty with
    {
        Schemas = [new ExposedSchema("api", null)],
        ColumnTypes = [new ColumnTypeRow(23, -1, 23, "integer", "integer", "int4", null, false, null)],
    };

    static QualifiedIdentifier Api(string name) => new("api", name);

    static RelationRow Relation(long id, string name, char kind = 'r') => new(id, Api(name), kind, null, 28, false);

    static ColumnRow Column(long relation, int number, string name) => new(relation, number, name, null, true, 23, -1, '\0', false, null);

    static ImmutableArray<Relationship> From(SchemaCache cache, string origin) =>
        cache.Relationships.TryGetValue(new RelationshipKey("api", Api(origin)), out var list) ? list : [];

    [Fact]
    public void An_empty_database_gives_an_empty_cache()
    {
        var cache = SchemaCacheBuilder.Build(Database);
        Assert.Empty(cache.Tables);
        Assert.Empty(cache.Relationships);
        Assert.Equal("api", Assert.Single(cache.Schemas).Name);
    }

    [Fact]
    public void Keys_of_relations_that_are_not_exposed_are_left_out()
    {
        var cache = SchemaCacheBuilder.Build(Database with
        {
            Relations = [Relation(1, "a")],
            Columns = [Column(1, 1, "id")],
            Keys = [new KeyRow(99, "k", true, [1])],
            ForeignKeys = [new ForeignKeyRow(1, 99, "f", [1], [1]), new ForeignKeyRow(99, 1, "g", [1], [1])],
        });
        Assert.Empty(cache.Relationships);
    }

    [Fact]
    public void Views_defined_in_a_circle_carry_nothing()
    {
        var cache = SchemaCacheBuilder.Build(Database with
        {
            Relations = [Relation(1, "a", 'v'), Relation(2, "b", 'v')],
            Columns = [Column(1, 1, "id"), Column(2, 1, "id")],
            Views = [new ViewRow(1, [new ViewColumn(1, 2, 1)]), new ViewRow(2, [new ViewColumn(1, 1, 1)])],
        });
        Assert.Empty(cache.Tables[Api("a")].PrimaryKey);
    }

    [Fact]
    public void Columns_are_found_behind_gaps_of_dropped_ones()
    {
        var cache = SchemaCacheBuilder.Build(Database with
        {
            Relations = [Relation(1, "a")],
            Columns = [Column(1, 3, "c"), Column(1, 4, "d"), Column(1, 9, "i"), Column(1, 12, "l")],
            Keys = [new KeyRow(1, "k", true, [12, 9, 3])],
        });
        Assert.Equal(["c", "i", "l"], cache.Tables[Api("a")].PrimaryKey);
    }

    [Fact]
    public void A_one_to_one_key_makes_no_junction()
    {
        var facts = Database with
        {
            Relations = [Relation(1, "a"), Relation(2, "b"), Relation(3, "j")],
            Columns = [Column(1, 1, "id"), Column(2, 1, "id"), Column(3, 1, "a_id"), Column(3, 2, "b_id")],
            ForeignKeys = [new ForeignKeyRow(3, 1, "fa", [1], [1]), new ForeignKeyRow(3, 2, "fb", [2], [1])],
            Keys = [new KeyRow(3, "k", true, [1, 2])],
        };
        Assert.Contains(From(SchemaCacheBuilder.Build(facts), "a"), r => r is Relationship.Junction);
        facts = facts with { Keys = [.. facts.Keys, new KeyRow(3, "u", false, [2])] };
        Assert.DoesNotContain(From(SchemaCacheBuilder.Build(facts), "a"), r => r is Relationship.Junction);
    }

    [Fact]
    public void A_hub_of_many_tables_shown_by_many_views_gives_one_relationship_per_table()
    {
        // 2,000 tables refer to one table, which 500 other views show without its key: nothing is carried.
        const int Tables = 2000;
        const int Views = 500;
        var cache = SchemaCacheBuilder.Build(Database with
        {
            Relations = [Relation(1, "hub"), .. Enumerable.Range(2, Tables).Select(i => Relation(i, $"t{i}")),
                .. Enumerable.Range(10_000, Views).Select(i => Relation(i, $"v{i}", 'v'))],
            Columns = [Column(1, 1, "id"), Column(1, 2, "name"), .. Enumerable.Range(2, Tables).Select(i => Column(i, 1, "hub_id")),
                .. Enumerable.Range(10_000, Views).Select(i => Column(i, 1, "name"))],
            ForeignKeys = [.. Enumerable.Range(2, Tables).Select(i => new ForeignKeyRow(i, 1, $"f{i}", [1], [1]))],
            Views = [.. Enumerable.Range(10_000, Views).Select(i => new ViewRow(i, [new ViewColumn(1, 1, 2)]))],
        });
        Assert.Equal(Tables, From(cache, "hub").Length);
    }

    [Fact]
    public void Overloads_are_ordered_by_count_description_parameters_and_return()
    {
        static RoutineRow Routine(long id, string? description, bool set = false) => new(
            id, Api("f"), description, 'v', set, false, false, new QualifiedIdentifier("pg_catalog", "int4"), "integer");
        static RoutineParameterRow Parameter(long id, string name, string type) => new(id, new RoutineParameter(name, type, type, true, false));

        var cache = SchemaCacheBuilder.Build(Database with
        {
            Routines = [Routine(1, null), Routine(2, "about"), Routine(3, null), Routine(4, null, set: true), Routine(5, null)],
            RoutineParameters = [Parameter(1, "b", "int"), Parameter(2, "a", "int"), Parameter(3, "a", "text"), Parameter(4, "a", "int"),
                Parameter(5, "a", "int"), Parameter(5, "b", "int")],
        });
        Assert.Equal(
            ["a int set", "a text", "b int", "a int about", "a int, b int"],
            cache.Routines[Api("f")].Select(r => string.Join(", ", r.Parameters.Select(p => $"{p.Name} {p.Type}")) +
                (r.Return.IsSet ? " set" : "") + (r.Description is { } d ? " " + d : "")));
    }
}
