using Npgsql;

namespace AutoRest.Introspection.Tests;

public class CatalogReaderTests(Database database)
{
    [Fact]
    public void Casts_between_domains_and_json_or_text_are_representations()
    {
        Assert.Equal(
            ["api.color>json api.color_to_json", "api.color>text api.color_to_text", "api.epoch>json api.epoch_to_json",
                "json>api.color api.json_to_color", "text>api.color api.text_to_color"],
            database.Fixture.Representations.Select(r => $"{r.Key.Source}>{r.Key.Target} {r.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Casts_that_are_not_implicit_or_may_not_be_executed_are_no_representations()
    {
        Assert.Equal([new CastKey("extra.hex", "json")], database.Shapes.Representations.Keys);
    }

    [Fact]
    public void Aggregates_and_functions_returning_media_type_domains_are_handlers()
    {
        Assert.Equal(
            [
                "*/* api.any_type: api.any_type",
                "*/* api.audited: aggregate api.blob_all",
                "application/vnd.workshop.v1+json api.users: aggregate api.users_v1",
                "image/png api.logo: api.logo",
                "text/csv api.kv: aggregate api.kv_csv",
                "text/html api.page: api.page",
                "text/html api.page_for: api.page_for",
                "text/markdown api.todos: aggregate api.todos_md",
                "text/plain api.plain_note: api.plain_note",
                "text/tab-separated-values : aggregate api.tsv_agg",
            ],
            database.Fixture.MediaHandlers
                .Select(h => $"{h.MediaType} {h.Target}: {(h.IsAggregate ? "aggregate " : "")}{h.Function}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_handler_is_lower_cased_may_use_a_domain_of_any_schema_and_must_return_one_value()
    {
        var handler = Assert.Single(database.Shapes.MediaHandlers);
        Assert.Equal(("text/x.upper", "shop.upper", "extra.Text/X.Upper"), (handler.MediaType, handler.Function.ToString(), handler.Domain.ToString()));
    }

    [Fact]
    public async Task Role_settings_leave_out_placeholders_and_take_out_the_isolation_level()
    {
        await using var connection = await database.ConnectAsync("fixture");
        var role = Assert.Single(await CatalogReader.ReadRoleSettingsAsync(connection, TestContext.Current.CancellationToken));
        Assert.Equal("timed_user", role.Key);
        Assert.Equal(TransactionIsolation.RepeatableRead, role.Value.Isolation);
        Assert.Equal([new ConfigEntry("statement_timeout", "250ms"), new ConfigEntry("work_mem", "5MB")], role.Value.Settings);
    }

    [Fact]
    public async Task Every_query_of_the_folder_is_read()
    {
        await using var connection = await database.ConnectAsync("fixture");
        var facts = await CatalogReader.ReadAsync(connection, ["api"], [], TestContext.Current.CancellationToken, [new("", "=")]);
        Assert.Equal(
            typeof(CatalogReader).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal),
            facts.Timings.Select(t => t.Query).Concat(["role_settings", "settable_parameters", "settable_parameters_14"])
                .Concat(["types", "type_attributes", "routine_results", "routine_arguments"])
                .Select(q => q + ".sql").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Operators_are_read_where_they_are_asked_for()
    {
        await using var connection = await database.ConnectAsync("shapes");
        QualifiedIdentifier[] wanted =
            [new("shop", "==="), new("hidden", "==="), new("", "==="), new("pg_catalog", "@@"), new("", "@#@"), new("s\"ho\\p", "==="), new("", "~~~")];
        var facts = await CatalogReader.ReadAsync(connection, ["shop", "depot"], ["extra"], TestContext.Current.CancellationToken, [.. wanted]);
        var operators = SchemaCacheBuilder.Build(facts).Operators;
        Assert.Equal(wanted.Length, operators.Count);
        Assert.Equal([new("integer", "text", true)], operators[wanted[0]]);
        Assert.Equal([new("integer", "integer", false)], operators[wanted[1]]);
        Assert.Equal([new("integer", "bigint", false), new("integer", "text", true)], operators[wanted[2]].OrderBy(static o => o.Right));
        Assert.Contains(new("tsvector", "tsquery", false), operators[wanted[3]]);
        facts = await CatalogReader.ReadAsync(
            connection, ["shop", "depot"], ["extra"], TestContext.Current.CancellationToken, [new("hidden", "equals()"), new("", "equals()"), new("", "ts_rank()"), new("", "int4um()")]);
        var functions = SchemaCacheBuilder.Build(facts).Operators;
        Assert.Equal([new("integer", "text", true)], functions[new("hidden", "equals()")]);
        Assert.Empty(functions[new("", "equals()")]);
        Assert.Equal([new("tsvector", "tsquery", false)], functions[new("", "ts_rank()")]);
        Assert.Empty(functions[new("", "int4um()")]);
        Assert.All(wanted[4..], name => Assert.Empty(operators[name]));

        facts = await CatalogReader.ReadAsync(connection, ["shop", "depot"], ["extra"], TestContext.Current.CancellationToken);
        Assert.Empty(SchemaCacheBuilder.Build(facts).Operators);
        Assert.DoesNotContain(facts.Timings, static t => t.Query == "operators");
    }

    [Fact]
    public async Task Types_of_arguments_and_results_are_read_for_descriptions()
    {
        await using var connection = await database.ConnectAsync("fixture");
        var facts = await CatalogReader.ReadAsync(connection, ["api"], [], TestContext.Current.CancellationToken);
        var types = await CatalogReader.ReadTypesAsync(connection, ["api"], TestContext.Current.CancellationToken);
        var names = types.Types.ToDictionary(t => t.Id, t => t.Text);
        var split = Assert.Single(facts.Routines, r => r.Name.Name == "split_name");

        Assert.Equal(
            ["full_name i text", "first o text", "last o text"],
            types.Arguments.Where(a => a.Routine == split.Id).Select(a => $"{a.Name} {a.Mode} {names[a.Type]}"));
        Assert.Equal("record", names[Assert.Single(types.Results, r => r.Routine == split.Id).Type]);
        var dims = Assert.Single(types.Types, t => t.Text == "api.dims");
        Assert.Equal(["w", "h", "d"], types.Attributes.Where(a => a.Relation == dims.Relation).Select(a => a.Name));
        Assert.Equal("integer", names[Assert.Single(types.Types, t => t.Text == "integer[]").Element]);
        Assert.Equal(['d', 'e', 'c'], new[] { "api.color", "api.tier", "api.todos" }.Select(text => types.Types.Single(t => t.Text == text).Kind));
    }

    [Fact]
    public async Task A_missing_schema_is_3F000()
    {
        await using var connection = await database.ConnectAsync("fixture");
        var failure = await Assert.ThrowsAsync<PostgresException>(
            () => CatalogReader.ReadAsync(connection, ["api", "No \"such\\"], [], TestContext.Current.CancellationToken));
        Assert.Equal("3F000", failure.SqlState);
        failure = await Assert.ThrowsAsync<PostgresException>(
            () => CatalogReader.ReadAsync(connection, ["api"], ["gone"], TestContext.Current.CancellationToken));
        Assert.Equal("3F000", failure.SqlState);
    }

    [Fact]
    public async Task Cancelling_ends_the_reading_and_the_transaction()
    {
        await using var connection = await database.ConnectAsync("fixture");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CatalogReader.ReadAsync(connection, ["api"], [], new CancellationToken(canceled: true)));
        var facts = await CatalogReader.ReadAsync(connection, ["tenant", "api"], [], TestContext.Current.CancellationToken);
        Assert.Equal(["tenant", "api"], facts.Schemas.Select(s => s.Name));
    }

    [Fact]
    public async Task Reading_leaves_the_connection_as_it_was()
    {
        await using var connection = await database.ConnectAsync("fixture");
        var facts = await CatalogReader.ReadAsync(connection, ["api"], [], TestContext.Current.CancellationToken);
        Assert.InRange(facts.ServerVersion, CatalogReader.MinimumServerVersion, 999999);
        Assert.All(facts.Timings, t => Assert.True(t.Elapsed >= TimeSpan.Zero));
        await using var command = new NpgsqlCommand("SELECT current_setting('search_path') || ' ' || current_setting('transaction_read_only')", connection);
        Assert.Equal("\"$user\", public off", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
