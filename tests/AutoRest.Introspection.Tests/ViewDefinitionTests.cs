namespace AutoRest.Introspection.Tests;

public class ViewDefinitionTests
{
    static string Entry(int number, long origin, int originColumn, string name = "x", string expression = "{VAR :varno 1}") =>
        $"{{TARGETENTRY :expr {expression} :resno {number} :resname {name} :ressortgroupref 0 :resorigtbl {origin} :resorigcol {originColumn} :resjunk false}}";

    static string Query(string targets, string before = "") =>
        $"({{QUERY :commandType 1 :utilityStmt <> {before}:targetList ({targets}) :override 0 :stmt_len 12}})";

    [Fact]
    public void A_plain_column_has_its_table_and_column()
    {
        Assert.Equal([new ViewColumn(1, 16551, 3)], ViewDefinition.Parse(Query(Entry(1, 16551, 3))));
    }

    [Fact]
    public void An_object_id_above_two_thousand_million_is_kept()
    {
        Assert.Equal([new ViewColumn(1, 4294967295, 3)], ViewDefinition.Parse(Query(Entry(1, 4294967295, 3))));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(16551, 0)]
    [InlineData(16551, -1)]
    public void Expressions_whole_rows_and_system_columns_have_no_origin(long table, int column)
    {
        Assert.Equal([new ViewColumn(2, 1, 2)], ViewDefinition.Parse(Query(Entry(1, table, column) + " " + Entry(2, 1, 2))));
    }

    [Theory]
    [InlineData(":targetList")]
    [InlineData(":resorigtbl")]
    [InlineData("two\\ words")]
    [InlineData("x\\)\\}y")]
    [InlineData("back\\\\slash")]
    [InlineData("quo\"te")]
    [InlineData("<>")]
    [InlineData("日本")]
    public void Any_column_name_is_stepped_over(string name)
    {
        Assert.Equal([new ViewColumn(1, 7, 8), new ViewColumn(2, 9, 1)], ViewDefinition.Parse(Query(Entry(1, 7, 8, name) + " " + Entry(2, 9, 1))));
    }

    [Fact]
    public void Target_lists_of_subqueries_are_skipped()
    {
        var inner = "{QUERY :commandType 1 :targetList (" + Entry(1, 5, 5) + ")}";
        var before = $":rtable ({{RANGETBLENTRY :alias <> :eref {{ALIAS :aliasname a\\(b :colnames (\"x\\)y\")}} :subquery {inner}}}) ";
        var expression = $"{{SUBLINK :subselect {inner}}}";
        Assert.Equal([new ViewColumn(1, 7, 8)], ViewDefinition.Parse(Query(Entry(1, 7, 8, expression: expression), before)));
    }

    [Fact]
    public void Every_prefix_of_a_definition_gives_no_more_than_the_whole()
    {
        var text = Query(Entry(1, 7, 8, "a\\ b") + " " + Entry(2, 9, 1));
        var whole = ViewDefinition.Parse(text);
        for (var length = 0; length < text.Length; length++)
        {
            Assert.True(ViewDefinition.Parse(text.AsSpan(0, length)).Length <= whole.Length);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<>")]
    [InlineData("()")]
    [InlineData("({INSERT :a b})")]
    [InlineData("({QUERY :targetList <>})")]
    [InlineData("\\")]
    public void Anything_else_gives_nothing(string text)
    {
        Assert.Empty(ViewDefinition.Parse(text));
    }
}
