namespace AutoRest.Introspection.Tests;

public class RelationshipTests(Database database)
{
    /// <summary>What may be embedded, one line each: enough to read the order and every member off.</summary>
    static string[] Between(SchemaCache cache, string schema, string origin, string? foreign) =>
        cache.Relationships.TryGetValue(new RelationshipKey(schema, new QualifiedIdentifier(schema, origin)), out var list)
            ? [.. list.Where(r => foreign is null || r.Foreign.Name == foreign).Select(Describe)]
            : [];

    string[] Fixture(string origin, string? foreign = null, string schema = "api") =>
        Between(database.Fixture, schema, origin, foreign);

    string[] Shapes(string origin, string? foreign = null) => Between(database.Shapes, "shop", origin, foreign);

    static string Describe(Relationship relationship)
    {
        var self = relationship.IsSelf ? " self" : "";
        return relationship switch
        {
            Relationship.ForeignKey k => $"{k.Cardinality} {k.Foreign} {k.Constraint} {Columns(k.Columns)}{self}" +
                (k.OriginIsView ? " from-view" : "") + (k.ForeignIsView ? " to-view" : ""),
            Relationship.Junction j => $"ManyToMany {j.Foreign} {j.Via} {j.OriginConstraint} {Columns(j.OriginColumns)} " +
                $"{j.ForeignConstraint} {Columns(j.ForeignColumns)}{self}",
            Relationship.Computed c => $"{(c.ToOne ? "ToOne" : "ToMany")} {c.Foreign} {c.Function}({c.OriginType}){self}",
            _ => throw new InvalidOperationException(),
        };
    }

    static string Columns(IEnumerable<ColumnPair> pairs) => string.Join(',', pairs.Select(p => $"{p.Origin}={p.Foreign}"));

    [Fact]
    public void A_foreign_key_is_many_to_one_and_back_one_to_many()
    {
        Assert.Equal(["ManyToOne api.projects tasks_project_id_fkey project_id=id"], Fixture("tasks", "projects"));
        Assert.Contains("OneToMany api.tasks tasks_project_id_fkey id=project_id", Fixture("projects", "tasks"));
    }

    [Fact]
    public void A_key_that_is_primary_or_unique_is_one_to_one_both_ways()
    {
        Assert.Equal(["OneToOne api.users profiles_user_id_fkey user_id=id"], Fixture("profiles", "users"));
        Assert.Contains("OneToOne api.profiles profiles_user_id_fkey id=user_id", Fixture("users", "profiles"));
        Assert.Equal(["OneToOne api.products warranties_product_fkey sku=sku"], Fixture("warranties", "products"));
    }

    [Fact]
    public void A_unique_index_without_constraint_leaves_many_to_one()
    {
        Assert.Equal(["ManyToOne api.products stickers_product_fkey sku=sku"], Fixture("stickers", "products"));
    }

    [Fact]
    public void A_composite_key_keeps_its_pairs_in_constraint_order()
    {
        Assert.Equal(["ManyToOne api.assignments timesheets_assignment_fkey task_id=task_id,user_id=user_id"], Fixture("timesheets", "assignments"));
        Assert.Equal(["OneToOne shop.parent child_fk y=b,x=a"], Shapes("child", "parent"));
    }

    [Fact]
    public void Ambiguous_choices_are_ordered_by_cardinality_then_constraint_then_junction()
    {
        Assert.Equal(
            [
                "ManyToOne api.users projects_backup_id_fkey backup_id=id",
                "ManyToOne api.users projects_lead_id_fkey lead_id=id",
                "ManyToMany api.users api.memberships memberships_project_id_fkey id=project_id memberships_user_id_fkey user_id=id",
                "ManyToMany api.users api.memberships_view memberships_project_id_fkey id=project_id memberships_user_id_fkey user_id=id",
                "ManyToMany api.users api.watchers watchers_project_id_fkey id=project_id watchers_user_id_fkey user_id=id",
                "ToOne api.users api.leader(api.projects)",
            ],
            Fixture("projects", "users"));
    }

    [Fact]
    public void A_table_with_a_key_of_its_own_is_no_junction()
    {
        Assert.DoesNotContain(Fixture("products"), r => r.StartsWith("ManyToMany api.users", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_to_the_same_table_is_marked_self_in_both_directions()
    {
        Assert.Equal(
            [
                "OneToMany api.Straße straße_fk schlüssel=parent self",
                "ManyToOne api.Straße straße_fk parent=schlüssel self",
            ],
            Fixture("Straße"));
    }

    [Fact]
    public void Partitions_take_no_part_and_their_parent_does()
    {
        Assert.Equal(["OneToMany api.events events_client_id_fkey id=client_id"], Fixture("clients").Where(r => r.Contains("events", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_function_replaces_the_keys_to_the_relation_it_is_named_after()
    {
        Assert.Equal(["ToOne api.clients api.clients(api.events)"], Fixture("events", "clients"));
    }

    [Fact]
    public void A_function_of_another_name_comes_after_the_keys_it_stands_beside()
    {
        Assert.Equal(
            [
                "OneToMany api.employees employees_manager_id_fkey id=manager_id self",
                "ManyToOne api.employees employees_manager_id_fkey manager_id=id self",
                "ToOne api.employees api.manager(api.employees) self",
                "ToMany api.employees api.reports(api.employees) self",
            ],
            Fixture("employees"));
    }

    [Fact]
    public void A_key_into_another_exposed_schema_gives_nothing_but_a_function_may()
    {
        Assert.Equal(["ToOne api.clients tenant.client(tenant.accounts)"], Fixture("accounts", "clients", "tenant"));
        Assert.DoesNotContain(Fixture("clients"), r => r.Contains("tenant.", StringComparison.Ordinal));
        Assert.False(database.Fixture.Relationships.ContainsKey(new RelationshipKey("api", new QualifiedIdentifier("tenant", "accounts"))));
        Assert.Empty(Shapes("note"));
    }

    [Fact]
    public void A_junction_of_another_exposed_schema_joins_relations_of_the_same_one()
    {
        Assert.Equal(["ManyToMany shop.right_side depot.link link_l_fkey id=l link_r_fkey r=id"], Shapes("left_side"));
    }

    [Fact]
    public void Views_of_hidden_tables_have_the_relationships_of_the_tables()
    {
        Assert.Equal(["ManyToOne shop.customers invoice_client_fk client_id=customer_id from-view to-view"], Shapes("invoices", "customers"));
        Assert.Equal(["ManyToOne shop.customers invoice_client_fk client_id=customer_id from-view to-view"], Shapes("big_invoices", "customers"));
        Assert.Contains("OneToMany shop.big_invoices invoice_client_fk customer_id=client_id from-view to-view", Shapes("customers"));
    }

    [Fact]
    public void Views_of_the_extra_search_path_are_seen_through_and_hidden_ones_are_not()
    {
        Assert.Equal(["ManyToOne shop.customers invoice_client_fk client_id=customer_id from-view to-view"], Shapes("via_extra", "customers"));
        Assert.Empty(Shapes("via_hidden"));
    }

    [Fact]
    public void A_materialized_view_carries_keys_like_a_view()
    {
        Assert.Equal(["ManyToOne shop.customers invoice_client_fk client_id=customer_id from-view to-view"], Shapes("kept", "customers"));
    }

    [Fact]
    public void A_column_that_a_view_groups_by_carries_its_key()
    {
        Assert.Equal(["ManyToOne tenant.accounts entries_account_id_fkey account_id=id from-view"], Fixture("totals", "accounts", "tenant"));
    }

    [Fact]
    public void A_column_shown_twice_gives_a_relationship_for_each_name()
    {
        Assert.Equal(
            [
                "ManyToOne shop.customers invoice_client_fk payer=customer_id from-view to-view",
                "ManyToOne shop.customers invoice_client_fk receiver=customer_id from-view to-view",
            ],
            Shapes("twice", "customers"));
    }

    [Fact]
    public void Odd_view_and_column_names_are_traced()
    {
        Assert.Equal(["OneToMany shop.invoices invoice_client_fk q\"\\({=client_id from-view to-view"], Shapes("odd (view) {\\", "invoices"));
    }

    [Fact]
    public void A_view_and_a_table_are_related_unless_the_key_is_shown_in_part()
    {
        Assert.Equal(["ManyToOne shop.parent grandchild_fk why=b,ex=a from-view"], Shapes("grandchildren"));
        Assert.Empty(Shapes("half_grandchildren"));
    }
}
