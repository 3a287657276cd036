using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Tests.Requests;

/// <summary>Order terms with a configured operator. contract/beyond.md, entry 18.</summary>
public sealed class OrderOperatorTests
{
    static readonly OrderOperators Operators = OrderOperators.Parse(["cosine:public.<=>", "near:<->"]);

    public static TheoryData<string, string> Valid { get; } = new()
    {
        { "e.cosine.[0.1,0.2]", "[e] public.<=> <[0.1,0.2]>" },
        { "e.cosine.[0.1,0.2].desc.nullslast,id.asc", "[e] public.<=> <[0.1,0.2]> Descending nulls Last, [id] Ascending" },
        { "id,e.near.[1]", "[id], [e] <-> <[1]>" },
        { "e.near.[[1,2],[3,[4]]].asc", "[e] <-> <[[1,2],[3,[4]]]> Ascending" },
        { "e.near.[].nullsfirst", "[e] <-> <[]> nulls First" },
        { "p.near.\"(1,2)\"", "[p] <-> <(1,2)>" },
        { "p.near.\"a\\\"b].asc,id\".asc", "[p] <-> <a\"b].asc,id> Ascending" },
        { "\"e.x\".near.[1]", "[e.x] <-> <[1]>" },
        { "m->p.near.\"1\"", "[m]->'p' <-> <1>" },
        { "e.near.['); drop table x; --]", "[e] <-> <['); drop table x; --]>" },
        { "near.near.[1]", "[near] <-> <[1]>" },
        { "cosine.desc", "[cosine] Descending" },
        { "clients(near).desc", "clients/[near] Descending" },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_term_parses(string text, string expected) => Assert.Equal(expected, Snapshot.Of(TextParser.ParseOrder(text, Operators)));

    [Theory]
    [InlineData("e.cosine.0.1", 10, "unexpected \"0\" expecting operand ([...] or \"...\")")]
    [InlineData("e.cosine.", 10, "unexpected end of input expecting operand ([...] or \"...\")")]
    [InlineData("e.cosine.[1,[2]", 16, "unexpected end of input expecting \"]\"")]
    [InlineData("e.cosine.[1]x", 13, "unexpected 'x' expecting delimiter (.), \",\" or end of input")]
    [InlineData("e.cosine.[1].up", 14, "unexpected \"u\" expecting \"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"")]
    [InlineData("e.cosine.\"1", 12, "unexpected end of input expecting \"\\\\\" or \"\\\"\"")]
    public void What_is_no_operand_is_PGRST100(string text, int column, string details)
    {
        var error = Assert.IsType<QueryParseError>(Assert.Throws<ApiException>(() => TextParser.ParseOrder(text, Operators)).Error);
        Assert.Equal((column, details), (error.Column, error.Details));
    }

    [Theory]
    [InlineData("e.other.[1]")]
    [InlineData("e.Near.[1]")]
    [InlineData("e.near")]
    [InlineData("e.near(1)")]
    [InlineData("clients(e.near.[1])")]
    [InlineData("e.asc.near.[1]")]
    public void What_uses_no_configured_operator_is_refused_as_without_any(string text)
    {
        var with = Assert.Throws<ApiException>(() => TextParser.ParseOrder(text, Operators)).Error;
        Assert.Equal(Assert.Throws<ApiException>(() => TextParser.ParseOrder(text)).Error, with);
    }

    [Fact]
    public void Without_the_setting_an_operator_is_refused()
    {
        foreach (var text in Valid.Select(static v => v.Data.Item1).Where(static t => t.Contains("near.[", StringComparison.Ordinal)))
        {
            Assert.IsType<QueryParseError>(Assert.Throws<ApiException>(() => TextParser.ParseOrder(text)).Error);
        }
    }

    [Fact]
    public void An_operand_has_a_longest_length()
    {
        var longest = "[" + new string('1', TextParser.MaxOperand - 2) + "]";
        Assert.Equal(longest, Assert.Single(TextParser.ParseOrder("e.near." + longest, Operators)).Operation!.Operand);
        foreach (var operand in new[] { longest.Insert(1, "1"), $"\"{longest.Insert(1, "1")}\"" })
        {
            var error = Assert.Throws<ApiException>(() => TextParser.ParseOrder("e.near." + operand, Operators)).Error;
            Assert.Contains("longer than 65536 characters", error.Details?.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_prefix_gives_a_value_or_a_refusal_and_both_runs_agree()
    {
        foreach (var text in Valid.Select(static v => v.Data.Item1))
        {
            for (var i = 0; i <= text.Length; i++)
            {
                var prefix = text[..i];
                Assert.Equal(TextParser.Run("order", prefix, explaining: false, Operators), TextParser.Run("order", prefix, explaining: true, Operators));
                try
                {
                    TextParser.ParseOrder(prefix, Operators);
                }
                catch (ApiException e)
                {
                    Assert.NotEqual("unknown parse error", e.Error.Details);
                }
            }
        }
    }

    [Theory]
    [InlineData("cosine")]
    [InlineData("cosine:")]
    [InlineData(":<=>")]
    [InlineData("Cosine:<=>")]
    [InlineData("1st:<=>")]
    [InlineData("a.b:<=>")]
    [InlineData("cosine:like")]
    [InlineData("cosine:<=>)")]
    [InlineData("cosine:.<=>")]
    [InlineData("cosine:public.")]
    [InlineData("comment:<--")]
    [InlineData("comment:+/*")]
    [InlineData("desc:<=>")]
    public void A_setting_that_names_no_operator_is_refused(string item) =>
        Assert.Throws<ConfigException>(() => OrderOperators.Parse([item]));

    [Fact]
    public void A_name_stands_for_one_operator() => Assert.Throws<ConfigException>(() => OrderOperators.Parse(["near:<->", "near:<=>"]));

    [Theory]
    [InlineData("<=>", "OPERATOR(<=>)")]
    [InlineData("public.<->", "OPERATOR(\"public\".<->)")]
    [InlineData("my \"schema\".<#>", "OPERATOR(\"my \"\"schema\"\"\".<#>)")]
    [InlineData("a.b.~", "OPERATOR(\"a.b\".~)")]
    public void An_operator_is_written_quoted(string text, string expected)
    {
        Assert.True(OperatorName.TryParse(text, out var name));
        var sql = new SqlWriter();
        sql.Append($"{name}");
        Assert.Equal(expected, sql.Build().Text);
    }
}
