using System.Collections.Immutable;
using System.Text.Json;

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

    /// <summary>Two tables, a view, a junction and a domain; the changes below are all to these.</summary>
    static readonly CatalogFacts Reloaded = Database with
    {
        Relations = [Relation(1, "a"), Relation(2, "b"), Relation(3, "j"), Relation(4, "v", 'v')],
        Columns = [Column(1, 1, "id"), Column(1, 2, "b_id"), Column(2, 1, "id"), Column(3, 1, "a_id"), Column(3, 2, "b_id"), Column(4, 1, "id")],
        Keys = [new KeyRow(1, "ka", true, [1]), new KeyRow(2, "kb", true, [1]), new KeyRow(3, "kj", true, [1, 2])],
        ForeignKeys = [new ForeignKeyRow(1, 2, "f", [2], [1]), new ForeignKeyRow(3, 1, "fa", [1], [1]), new ForeignKeyRow(3, 2, "fb", [2], [1])],
        Views = [new ViewRow(4, [new ViewColumn(1, 1, 1)])],
        NamedTypes = [new NamedTypeRow("mood", "sad", null), new NamedTypeRow("mood", "glad", null)],
        ColumnTypes = [.. Database.ColumnTypes, new ColumnTypeRow(99, -1, 99, "mood", "mood", "", null, false, null)],
    };

    static CatalogFacts WithColumn(Func<ColumnRow, ColumnRow> change) => Reloaded with { Columns = Reloaded.Columns.SetItem(0, change(Reloaded.Columns[0])) };

    static CatalogFacts WithRelation(Func<RelationRow, RelationRow> change) =>
        Reloaded with { Relations = Reloaded.Relations.SetItem(0, change(Reloaded.Relations[0])) };

    static CatalogFacts WithType(Func<ColumnTypeRow, ColumnTypeRow> change) =>
        Reloaded with { ColumnTypes = Reloaded.ColumnTypes.SetItem(0, change(Reloaded.ColumnTypes[0])) };

    /// <summary>Each changes something of table a, or of a relationship.</summary>
    static readonly CatalogFacts[] Changes =
    [
        WithColumn(static c => c with { Name = "key" }),
        WithColumn(static c => c with { Description = "new" }),
        WithColumn(static c => c with { NotNull = false }),
        WithColumn(static c => c with { Type = 99 }),
        WithColumn(static c => c with { Identity = 'a' }),
        WithColumn(static c => c with { IsGenerated = true }),
        WithColumn(static c => c with { Default = "7" }),
        WithType(static t => t with { NominalType = "int4" }),
        WithType(static t => t with { DataType = "int4" }),
        WithType(static t => t with { WireType = "int8" }),
        WithType(static t => t with { MaxLength = 5 }),
        WithType(static t => t with { Default = "1" }),
        WithRelation(static r => r with { Name = Api("z") }),
        WithRelation(static r => r with { Kind = 'f' }),
        WithRelation(static r => r with { Kind = 'm' }),
        WithRelation(static r => r with { Description = "new" }),
        WithRelation(static r => r with { Writable = 8 }),
        WithRelation(static r => r with { Writable = 4 }),
        WithRelation(static r => r with { RunsUserCode = true }),
        Reloaded with { Columns = Reloaded.Columns.Add(Column(5, 1, "id")).RemoveAt(1) },
        Reloaded with { Columns = Reloaded.Columns.Insert(2, Column(1, 3, "more")) },
        Reloaded with { Keys = Reloaded.Keys.SetItem(0, new KeyRow(1, "ka", true, [2])) },
        Reloaded with { Keys = Reloaded.Keys.RemoveAt(2) },
        Reloaded with { Keys = Reloaded.Keys.Add(new KeyRow(1, "u", false, [2])) },
        Reloaded with { ForeignKeys = Reloaded.ForeignKeys.SetItem(0, new ForeignKeyRow(1, 2, "g", [2], [1])) },
        Reloaded with { ForeignKeys = Reloaded.ForeignKeys.SetItem(0, new ForeignKeyRow(1, 2, "f", [1], [1])) },
        Reloaded with { ForeignKeys = Reloaded.ForeignKeys.SetItem(0, new ForeignKeyRow(1, 1, "f", [2], [1])) },
        Reloaded with { ForeignKeys = Reloaded.ForeignKeys.RemoveAt(1) },
        Reloaded with { Views = [new ViewRow(4, [new ViewColumn(1, 2, 1)])] },
        Reloaded with { ComputedRelationships = [new ComputedRelationshipRow(Api("b"), Api("a"), Api("b"), true)] },
    ];

    public static TheoryData<int> ChangeNumbers => [.. Enumerable.Range(0, Changes.Length)];

    [Theory]
    [MemberData(nameof(ChangeNumbers))]
    public void A_reload_gives_what_a_first_load_would_have_given(int change)
    {
        var previous = SchemaCacheBuilder.Build(Reloaded);
        var fresh = SchemaCacheBuilder.Build(Changes[change]);
        Assert.NotEqual(Text(previous), Text(fresh));
        Assert.Equal(Text(fresh), Text(SchemaCacheBuilder.Build(Changes[change], previous)));
        Assert.Equal(Text(previous), Text(SchemaCacheBuilder.Build(Reloaded, fresh)));
    }

    [Fact]
    public void The_labels_of_an_enum_are_looked_at_again()
    {
        var facts = WithColumn(static c => c with { Type = 99 });
        var previous = SchemaCacheBuilder.Build(facts);
        var changed = facts with { NamedTypes = facts.NamedTypes.Add(new NamedTypeRow("mood", "calm", null)) };
        Assert.Equal(["sad", "glad", "calm"], SchemaCacheBuilder.Build(changed, previous).Tables[Api("a")].Columns[0].EnumLabels);
        Assert.Same(previous.Tables[Api("a")], SchemaCacheBuilder.Build(facts, previous).Tables[Api("a")]);
    }

    [Fact]
    public void What_did_not_change_is_kept()
    {
        var previous = SchemaCacheBuilder.Build(Reloaded);
        Assert.NotEmpty(previous.Tables[Api("a")].ColumnsByName);
        var next = SchemaCacheBuilder.Build(WithColumn(static c => c with { Description = "new" }), previous);
        Assert.NotSame(previous.Tables[Api("a")], next.Tables[Api("a")]);
        Assert.All(["b", "j", "v"], name => Assert.Same(previous.Tables[Api(name)], next.Tables[Api(name)]));
        Assert.All(["a", "b", "j", "v"], name => Assert.Same(From(previous, name).FirstOrDefault(), From(next, name).FirstOrDefault()));
    }

    /// <summary>The changes above reach every property there is, so that none can be forgotten where old and new are compared.</summary>
    [Fact]
    public void Every_property_of_a_table_and_of_a_column_is_among_the_changes()
    {
        var before = SchemaCacheBuilder.Build(Reloaded).Tables[Api("a")];
        var after = Changes.Append(WithColumn(static c => c with { Type = 99 }))
            .Select(static facts => SchemaCacheBuilder.Build(facts).Tables.Values.First(static t => t.Name.Name is "a" or "z")).ToList();
        Assert.All(typeof(Table).GetProperties(), p => Assert.Contains(after, t => Text(p.GetValue(t)) != Text(p.GetValue(before))));
        Assert.All(typeof(Column).GetProperties(), p => Assert.Contains(after, t => Text(p.GetValue(t.Columns[0])) != Text(p.GetValue(before.Columns[0]))));
    }

    /// <summary>What a reload keeps is decided by these records' equality, which is written by hand for their arrays.</summary>
    [Fact]
    public void Relationships_differ_when_any_property_does()
    {
        var foreignKey = new Relationship.ForeignKey(Api("a"), Api("b"), false, Cardinality.ManyToOne, "f", [new("b_id", "id")], false, false);
        var junction = new Relationship.Junction(Api("a"), Api("b"), false, Api("j"), "fa", "fb", [new("id", "a_id")], [new("b_id", "id")]);
        var computed = new Relationship.Computed(Api("a"), Api("b"), false, Api("f"), Api("a"), false);
        Relationship[] same =
        [
            foreignKey with { Columns = [new("b_id", "id")] },
            junction with { OriginColumns = [new("id", "a_id")], ForeignColumns = [new("b_id", "id")] },
            computed with { },
        ];
        Relationship[] others =
        [
            foreignKey with { Origin = Api("x") }, foreignKey with { Foreign = Api("x") }, foreignKey with { IsSelf = true },
            foreignKey with { Cardinality = Cardinality.OneToMany }, foreignKey with { Constraint = "x" }, foreignKey with { Columns = [new("x", "id")] },
            foreignKey with { OriginIsView = true }, foreignKey with { ForeignIsView = true }, foreignKey with { OriginReferences = true },
            junction with { Origin = Api("x") }, junction with { Foreign = Api("x") }, junction with { IsSelf = true }, junction with { Via = Api("x") },
            junction with { OriginConstraint = "x" }, junction with { ForeignConstraint = "x" }, junction with { OriginColumns = [new("id", "x")] },
            junction with { ForeignColumns = [new("x", "id")] },
            computed with { Origin = Api("x") }, computed with { Foreign = Api("x") }, computed with { IsSelf = true }, computed with { Function = Api("x") },
            computed with { OriginType = Api("x") }, computed with { ToOne = true },
        ];
        Relationship[] originals = [foreignKey, junction, computed];
        Assert.Equal<Relationship>(originals, same);
        Assert.All(others, other => Assert.DoesNotContain(other, originals));
        Assert.All(originals, original => Assert.All(
            original.GetType().GetProperties().Where(static p => p.CanWrite),
            p => Assert.Contains(others, o => o.GetType() == original.GetType() && Text(p.GetValue(o)) != Text(p.GetValue(original)))));
    }

    static string Text(SchemaCache cache) => Text(new
    {
        Tables = cache.Tables.Values.OrderBy(static t => t.Name.Name, StringComparer.Ordinal),
        Relationships = cache.Relationships.OrderBy(static r => r.Key.Origin.Name, StringComparer.Ordinal)
            .Select(static r => r.Value.Select(static v => (object)v)),
    });

    static string Text(object? value) => JsonSerializer.Serialize(value);
}
