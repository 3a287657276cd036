using System.Collections.Immutable;

namespace AutoRest.Introspection.Tests;

public class RoutineTests(Database database)
{
    Routine Fixture(string name, string schema = "api") => Assert.Single(Overloads(database.Fixture, schema, name));

    Routine Shape(string name) => Assert.Single(Overloads(database.Shapes, "shop", name));

    static ImmutableArray<Routine> Overloads(SchemaCache cache, string schema, string name) =>
        cache.Routines.GetValueOrDefault(new QualifiedIdentifier(schema, name), []);

    static string Parameters(Routine routine) => string.Join(", ", routine.Parameters.Select(p =>
        (p.IsVariadic ? "variadic " : "") + $"{p.Name} {p.Type}" + (p.IsRequired ? "" : " optional")));

    [Theory]
    [InlineData("add", "pg_catalog.int4", "")]
    [InlineData("do_nothing", "pg_catalog.void", "void")]
    [InlineData("ids", "pg_catalog.int4", "set")]
    [InlineData("task_by_id", "api.tasks", "composite")]
    [InlineData("search_tasks", "api.tasks", "set composite")]
    [InlineData("task_summary", "pg_catalog.record", "set composite")]
    [InlineData("split_name", "pg_catalog.record", "composite")]
    [InlineData("one_out", "pg_catalog.int4", "composite")]
    [InlineData("in_out", "pg_catalog.int4", "composite")]
    [InlineData("two_out_set", "pg_catalog.record", "set composite")]
    [InlineData("a_record", "pg_catalog.record", "record")]
    [InlineData("a_dims", "api.dims", "composite")]
    [InlineData("some_color", "pg_catalog.int4", "")]
    [InlineData("some_array", "pg_catalog._int4", "")]
    public void A_return_type_is_classified(string name, string type, string expected)
    {
        Assert.Equal((type, expected), Classify(Fixture(name).Return));
    }

    [Theory]
    [InlineData("pair_of", "shop.pair", "composite")]
    [InlineData("records", "pg_catalog.record", "set record")]
    public void A_domain_over_a_row_type_is_a_row_and_a_set_of_record_is_not(string name, string type, string expected)
    {
        Assert.Equal((type, expected), Classify(Shape(name).Return));
    }

    static (string, string) Classify(RoutineReturn type) => (type.Type.ToString(), string.Join(' ', new[]
    {
        type.IsSet ? "set" : "", type.IsComposite ? "composite" : "", type.IsVoid ? "void" : "", type.IsRecord ? "record" : "",
    }.Where(w => w.Length > 0)));

    [Fact]
    public void The_declared_return_type_is_kept_for_documents()
    {
        Assert.Equal("api.color", Fixture("some_color").Return.TypeText);
        Assert.Equal("integer[]", Fixture("some_array").Return.TypeText);
    }

    [Theory]
    [InlineData("add", "a integer, b integer optional")]
    [InlineData("total", "variadic v integer[]")]
    [InlineData("join_words", "sep text, variadic words text[] optional")]
    [InlineData("Mixed Case", "Arg One integer, ünï text optional")]
    [InlineData("split_name", "full_name text")]
    [InlineData("in_out", "x integer, y integer optional")]
    [InlineData("task_summary", "pid integer")]
    [InlineData("take_json", " json")]
    [InlineData("pi_value", "")]
    public void Parameters_are_the_input_arguments(string name, string expected)
    {
        var routine = Fixture(name);
        Assert.Equal(expected, Parameters(routine));
        Assert.Equal(expected.Contains("variadic", StringComparison.Ordinal), routine.HasVariadic);
    }

    [Fact]
    public void An_out_argument_before_the_others_does_not_shift_their_names()
    {
        Assert.Equal("a integer, b text optional", Parameters(Shape("out_first")));
    }

    [Fact]
    public void Types_that_ignore_a_length_are_widened_for_calls()
    {
        Assert.Equal(
            ["character > character varying", "character[] > character varying[]", "bit > bit varying", "bit[] > bit varying[]",
                "character varying > character varying"],
            Shape("widened").Parameters.Select(p => $"{p.Type} > {p.CallType}"));
    }

    [Fact]
    public void Overloads_are_listed_together_in_order()
    {
        Assert.Equal(["", "a integer", "name text", "a integer, b text"], Overloads(database.Fixture, "api", "describe").Select(Parameters));
        Assert.Equal([" json", " text", "a integer, b integer"], Overloads(database.Fixture, "api", "take_any").Select(Parameters));
    }

    [Theory]
    [InlineData("a_procedure")]
    [InlineData("a_trigger")]
    [InlineData("todos_md")]
    [InlineData("unnamed_int")]
    [InlineData("leader")]
    [InlineData("secret_fn")]
    public void What_cannot_be_called_is_left_out(string name)
    {
        Assert.Empty(Overloads(database.Fixture, "api", name));
    }

    [Fact]
    public void One_unnamed_argument_is_fine_beside_named_ones_and_two_are_not()
    {
        Assert.Equal("a integer,  json", Parameters(Shape("mixed")));
        Assert.Empty(Overloads(database.Shapes, "shop", "two_unnamed"));
    }

    [Fact]
    public void Functions_of_schemas_that_are_not_exposed_are_left_out()
    {
        Assert.Empty(Overloads(database.Fixture, "private", "secret_fn"));
        Assert.Empty(Overloads(database.Fixture, "public", "shout"));
    }

    [Fact]
    public void Privileges_do_not_hide_a_function()
    {
        Assert.Equal(Volatility.Volatile, Fixture("admin_job", "tenant").Volatility);
    }

    [Theory]
    [InlineData("add", Volatility.Immutable)]
    [InlineData("greet", Volatility.Stable)]
    [InlineData("counter", Volatility.Volatile)]
    public void Volatility_is_as_declared(string name, Volatility expected)
    {
        Assert.Equal(expected, Fixture(name).Volatility);
    }

    [Fact]
    public void Settings_and_isolation_come_from_the_definition()
    {
        Assert.Equal([new ConfigEntry("statement_timeout", "100ms")], Fixture("slow").Settings);
        Assert.Null(Fixture("slow").Isolation);
        Assert.Equal(TransactionIsolation.Serializable, Fixture("tx_info_serializable").Isolation);
        Assert.Equal(TransactionIsolation.RepeatableRead, Shape("repeatable").Isolation);
        Assert.Equal(TransactionIsolation.ReadCommitted, Shape("committed").Isolation);
        Assert.Contains(new ConfigEntry("work_mem", "1MB"), Shape("repeatable").Settings);
    }

    [Fact]
    public void Comments_are_kept()
    {
        Assert.Equal("Adds numbers\n\nThe second one is optional.", Fixture("add").Description);
    }
}
