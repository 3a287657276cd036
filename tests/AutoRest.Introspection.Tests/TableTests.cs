namespace AutoRest.Introspection.Tests;

public class TableTests(Database database)
{
    Table Fixture(string name) => database.Fixture.Tables[new QualifiedIdentifier("api", name)];

    Table Shape(string name) => database.Shapes.Tables[new QualifiedIdentifier("shop", name)];

    [Fact]
    public void Exposed_schemas_come_in_configured_order_with_their_comments()
    {
        Assert.Equal(
            [new ExposedSchema("api", "Workshop API"),
                new ExposedSchema("tenant", "Tenant API\n\nAccounts of the second exposed schema.\nSecond line.")],
            database.Fixture.Schemas);
    }

    [Theory]
    [InlineData("clients", RelationKind.Table, true, true, true)]
    [InlineData("events", RelationKind.PartitionedTable, true, true, true)]
    [InlineData("open_tasks", RelationKind.View, true, true, true)]
    [InlineData("user_cards", RelationKind.View, true, true, true)]
    [InlineData("project_overview", RelationKind.View, false, false, false)]
    [InlineData("task_stats", RelationKind.View, false, false, false)]
    [InlineData("client_totals", RelationKind.MaterializedView, false, false, false)]
    public void Each_kind_of_relation_says_what_can_be_written(string name, RelationKind kind, bool insert, bool update, bool delete)
    {
        var table = Fixture(name);
        Assert.Equal((kind, insert, update, delete), (table.Kind, table.Insertable, table.Updatable, table.Deletable));
    }

    [Theory]
    [InlineData("lines")]
    [InlineData("bare_lines")]
    public void A_foreign_table_that_cannot_be_written_is_read_only(string name)
    {
        var table = Shape(name);
        Assert.Equal((RelationKind.ForeignTable, false, false, false), (table.Kind, table.Insertable, table.Updatable, table.Deletable));
    }

    [Theory]
    [InlineData("api", "events_2023")]
    [InlineData("private", "internal")]
    [InlineData("pg_catalog", "pg_class")]
    public void Partitions_and_relations_of_other_schemas_are_hidden(string schema, string name)
    {
        Assert.False(database.Fixture.Tables.ContainsKey(new QualifiedIdentifier(schema, name)));
    }

    [Fact]
    public void Comments_are_kept_whole()
    {
        var clients = Fixture("clients");
        Assert.Equal("Customers\n\nCompanies we work for.", clients.Description);
        Assert.Equal("Free form attributes", clients.ColumnsByName["meta"].Description);
        Assert.Null(clients.ColumnsByName["id"].Description);
    }

    [Fact]
    public void Odd_column_names_are_as_the_catalog_spells_them_and_in_order()
    {
        Assert.Equal(
            ["ID", "two words", "dot.col", "comma,col", "paren(col)", "colon:col", "quo\"te", "back\\slash", "dash-col", "order", "limit",
                "select", "and", "$money", "per%cent", "naïve_日本", " lead space"],
            Fixture("Odd Table").Columns.Select(c => c.Name));
        Assert.Equal(["schlüssel"], Fixture("Straße").PrimaryKey);
    }

    [Theory]
    [InlineData("clients", "id")]
    [InlineData("memberships", "project_id,user_id")]
    [InlineData("tenant_docs", "id,tenant_id")]
    [InlineData("events", "happened_on,id")]
    [InlineData("coupons", "")]
    [InlineData("log_lines", "")]
    public void The_primary_key_is_ordered_by_name(string name, string columns)
    {
        Assert.Equal(columns, string.Join(',', Fixture(name).PrimaryKey));
    }

    [Theory]
    [InlineData("todo_view", "todo_id")]
    [InlineData("big_projects", "id")]
    [InlineData("memberships_view", "project_id,user_id")]
    [InlineData("client_totals", "client_id")]
    [InlineData("notes_mine", "id")]
    [InlineData("casted_projects", "")]
    [InlineData("task_stats", "")]
    [InlineData("people", "")]
    [InlineData("const_view", "")]
    public void A_view_has_the_primary_keys_it_shows_whole(string name, string columns)
    {
        Assert.Equal(columns, string.Join(',', Fixture(name).PrimaryKey));
    }

    [Theory]
    [InlineData("invoices", "id")]
    [InlineData("customers", "customer_id")]
    [InlineData("big_invoices", "id")]
    [InlineData("via_extra", "id")]
    [InlineData("via_hidden", "")]
    [InlineData("odd (view) {\\", "q\"\\({")]
    [InlineData("both_keys", "invoice_id,client_id")]
    [InlineData("kept", "id")]
    public void A_view_has_the_keys_of_hidden_tables(string name, string columns)
    {
        Assert.Equal(columns, string.Join(',', Shape(name).PrimaryKey));
    }

    [Theory]
    [InlineData("c_int2", "smallint", "smallint", "int2", null)]
    [InlineData("c_numeric", "numeric", "numeric", "numeric", null)]
    [InlineData("c_varchar", "character varying", "character varying(5)", "varchar", 5)]
    [InlineData("c_char", "character", "character(4)", "bpchar", 4)]
    [InlineData("c_bit", "bit", "bit(4)", "bit", 4)]
    [InlineData("c_varbit", "bit varying", "bit varying", "varbit", null)]
    [InlineData("c_name", "name", "name", "name", null)]
    [InlineData("c_timestamptz", "timestamp with time zone", "timestamp with time zone", "timestamptz", null)]
    [InlineData("c_jsonb", "jsonb", "jsonb", "jsonb", null)]
    [InlineData("c_point", "point", "point", "point", null)]
    [InlineData("c_int4range", "int4range", "int4range", "", null)]
    [InlineData("c_int_array", "integer[]", "integer[]", "", null)]
    [InlineData("c_enum", "api.tier", "api.tier", "", null)]
    [InlineData("c_enum_array", "api.tier[]", "api.tier[]", "", null)]
    [InlineData("c_composite", "api.dims", "api.dims", "", null)]
    [InlineData("c_domain", "integer", "api.positive_int", "int4", null)]
    public void A_column_has_its_types_by_all_their_names(string name, string data, string nominal, string wire, int? length)
    {
        var column = Fixture("all_types").ColumnsByName[name];
        Assert.Equal((data, nominal, wire, length), (column.DataType, column.NominalType, column.WireType, column.MaxLength));
    }

    [Theory]
    [InlineData("clients", "tier", "'basic'::api.tier")]
    [InlineData("tasks", "id", null)]
    [InlineData("todos", "id", "nextval('api.todos_id_seq')")]
    [InlineData("invoices", "gross", null)]
    [InlineData("notes", "owner", "private.claim('sub'::text)")]
    [InlineData("paints", "fallback", "255")]
    public void Defaults_are_written_with_schemas_and_identities_call_their_sequence(string table, string column, string? expected)
    {
        Assert.Equal(expected, Fixture(table).ColumnsByName[column].Default);
    }

    [Fact]
    public void Identity_and_generated_columns_are_told_apart()
    {
        Assert.Equal(IdentityKind.Always, Fixture("tasks").ColumnsByName["id"].Identity);
        Assert.Equal(IdentityKind.ByDefault, Fixture("todos").ColumnsByName["id"].Identity);
        Assert.Equal(IdentityKind.None, Fixture("clients").ColumnsByName["id"].Identity);
        Assert.True(Fixture("invoices").ColumnsByName["gross"].IsGenerated);
        Assert.False(Fixture("invoices").ColumnsByName["net"].IsGenerated);
    }

    [Fact]
    public void Enum_labels_are_in_sort_order()
    {
        Assert.Equal(["basic", "silver", "gold"], Fixture("clients").ColumnsByName["tier"].EnumLabels);
        Assert.Equal(["fine", "so-so", "bad"], Shape("columns").ColumnsByName["c"].EnumLabels);
        Assert.Empty(Shape("columns").ColumnsByName["g"].EnumLabels);
    }

    [Fact]
    public void Enums_composite_types_and_domains_over_them_are_known_by_name()
    {
        var types = database.Fixture.NamedTypes;
        Assert.Equal(["basic", "silver", "gold"], types["api.tier"].Labels);
        Assert.Equal([new TypeMember("w", "numeric"), new TypeMember("h", "numeric"), new TypeMember("d", "numeric")], types["api.dims"].Attributes);
        Assert.Equal([new TypeMember("name", "text"), new TypeMember("phones", "text[]")], types["api.contact"].Attributes);

        // Rows of relations are described as relations, domains over a type of the catalog as that type.
        Assert.DoesNotContain(types.Keys, static name => name is "api.projects" or "api.email");
        var shapes = database.Shapes.NamedTypes;
        Assert.Equal(["fine", "so-so", "bad"], shapes["shop.feeling"].Labels);
        Assert.Equal([new TypeMember("one", "integer"), new TypeMember("two", "integer")], shapes["shop.pair_domain"].Attributes);
    }

    [Theory]
    [InlineData("a", "character varying", "shop.short", "varchar", 5, "'none'::character varying", false)]
    [InlineData("b", "character varying", "shop.shorter", "varchar", 5, "'b'::character varying", true)]
    [InlineData("c", "shop.feeling", "shop.feeling", "", null, null, true)]
    [InlineData("f", "character varying", "shop.short", "varchar", 5, null, false)]
    [InlineData("h", "bit", "bit(3)", "bit", 3, null, true)]
    public void Domains_are_resolved_to_the_bottom(
        string name, string data, string nominal, string wire, int? length, string? expected, bool nullable)
    {
        var column = Shape("columns").ColumnsByName[name];
        Assert.Equal(
            (data, nominal, wire, length, expected, nullable),
            (column.DataType, column.NominalType, column.WireType, column.MaxLength, column.Default, column.Nullable));
    }

    [Theory]
    [InlineData("clients", false)]
    [InlineData("notes", true)]
    [InlineData("tenant_docs", true)]
    [InlineData("open_tasks", true)]
    [InlineData("client_totals", true)]
    public void Views_and_tables_whose_policies_call_functions_run_user_code(string name, bool expected)
    {
        Assert.Equal(expected, Fixture(name).RunsUserCode);
    }

    [Theory]
    [InlineData("lines", true)]
    [InlineData("calling", true)]
    [InlineData("asking", true)]
    [InlineData("comparing", true)]
    [InlineData("setting", true)]
    [InlineData("plain_policy", false)]
    [InlineData("insert_policy", false)]
    public void A_policy_runs_user_code_when_it_is_read_with_more_than_built_in_functions(string name, bool expected)
    {
        Assert.Equal(expected, Shape(name).RunsUserCode);
    }
}
