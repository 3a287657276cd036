using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Tests.Requests;

/// <summary>Configured operators in filters, logic trees, <c>select</c> and <c>order</c>. contract/beyond.md, entry 18.</summary>
public sealed class CustomOperatorTests
{
    static readonly CustomOperators Operators = CustomOperators.Parse(["cosine:public.<=>", "near:<->", "similar:%"]);

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

    public static TheoryData<string, string> ValidFilters { get; } = new()
    {
        { "cosine.lt(0.3).[1,2,3]", "public.<=> <[1,2,3]> lt <0.3>" },
        { "not.cosine.gte(1e-3).[1,2,3]", "not public.<=> <[1,2,3]> gte <1e-3>" },
        { "near.eq(0).(1,2)", "<-> <(1,2)> eq <0>" },
        { "near.neq(NaN).x", "<-> <x> neq <NaN>" },
        { "near.lte( 1 day ).x", "<-> <x> lte < 1 day >" },
        { "near.gt((1,2).x", "<-> <x> gt <(1,2>" },
        { "similar.word", "% <word>" },
        { "not.similar.two words, (or) more", "not % <two words, (or) more>" },
        { "similar.\"as it is\"", "% <\"as it is\">" },
        { "similar.not.similar.x", "% <not.similar.x>" },
        { "similar.like(0.3).x", "% <like(0.3).x>" },
        { "similar.lt.x", "% <lt.x>" },
        { "similar.lt 0.3", "% <lt 0.3>" },
        { "similar.'); drop table x; --", "% <'); drop table x; -->" },
        { "near.lt(0; drop table x; --).1", "<-> <1> lt <0; drop table x; -->" },
    };

    public static TheoryData<string, string> ValidTrees { get; } = new()
    {
        { "(e.cosine.lt(0.3).[1,2,3],id.eq.1)", "or([e] public.<=> <[1,2,3]> lt <0.3>; [id] eq <1>)" },
        { "(e.not.cosine.lt(0.3).[[1,2],[3]])", "or([e] not public.<=> <[[1,2],[3]]> lt <0.3>)" },
        { "(p.near.lt(2).\"(1,2)\",and(b.similar.word,not.or(b.similar.\"a,b\")))", "or([p] <-> <(1,2)> lt <2>; and([b] % <word>; not or([b] % <a,b>)))" },
        { "(b.similar.\"lt(0.3).x\")", "or([b] % <lt(0.3).x>)" },
        { "(t.similar.{a,b},t.similar.x)", "or([t] % <{a,b}>; [t] % <x>)" },
        { "(r.near.[1],r.near.\"[1,2)\")", "or([r] <-> <[1]>; [r] <-> <[1,2)>)" },
        { "(m->p.near.gt(1,5).2)", "or([m]->'p' <-> <2> gt <1,5>)" },
    };

    public static TheoryData<string, string> ValidSelects { get; } = new()
    {
        { "id,score:embedding.$op(cosine,[0.1,0.2])", "[id], score=[embedding] public.<=> <[0.1,0.2]>" },
        { "embedding.$op(cosine,[0.1,0.2])", "[embedding] public.<=> <[0.1,0.2]>" },
        { "s:e.$op(cosine, [1] )", "s=[e] public.<=> <[1] >" },
        { "s:e.$op(cosine , [1])::text", "s=[e] public.<=> <[1]>::text" },
        { "e.$op(near,\"(1,2)\")::numeric.avg()::int,*", "[e] <-> <(1,2)>::numeric Avg::int, *" },
        { "b.$op(similar,word),b.$op(similar,\"a,b)\")", "[b] % <word>, [b] % <a,b)>" },
        { "clients(id,e.$op(near,[1])),...x(s:e.$op(near,[2]))", "{clients}([id], [e] <-> <[1]>), ...{x}(s=[e] <-> <[2]>)" },
        { "m->p.$op(near,1)", "[m]->'p' <-> <1>" },
        { "$op", "[$op]" },
        { "$op:$op", "$op=[$op]" },
    };

    [Theory]
    [MemberData(nameof(ValidFilters))]
    public void A_filter_parses(string text, string expected)
    {
        Assert.True(TextParser.TryParseFilter(text, orArgument: true, out var negated, out var operation, Operators));
        Assert.Equal(expected, Snapshot.Of(negated, operation));
    }

    [Theory]
    [MemberData(nameof(ValidTrees))]
    public void A_tree_parses(string text, string expected) => Assert.Equal(expected, Snapshot.Of(TextParser.ParseLogic("or", text, Operators)));

    [Theory]
    [MemberData(nameof(ValidSelects))]
    public void A_selected_value_parses(string text, string expected) => Assert.Equal(expected, Snapshot.Of(TextParser.ParseSelect(text, Operators)));

    /// <summary>Nothing that begins as one is taken for anything else, least of all for an argument of a function.</summary>
    [Theory]
    [InlineData("cosine.", 8, "unexpected end of input expecting operand")]
    [InlineData("not.cosine.", 12, "unexpected end of input expecting operand")]
    [InlineData("cosine.\0[1]", 8, "unexpected \"\\NUL\" expecting operand")]
    [InlineData("cosine.lt(", 11, "unexpected end of input expecting bound")]
    [InlineData("cosine.lt().[1]", 11, "unexpected \")\" expecting bound")]
    [InlineData("cosine.lt(\0).[1]", 11, "unexpected \"\\NUL\" expecting bound")]
    [InlineData("cosine.lt(0); drop table x; --).1", 13, "unexpected \";\" expecting delimiter (.)")]
    [InlineData("cosine.lt(1", 12, "unexpected end of input expecting \")\"")]
    [InlineData("cosine.lt(1)", 13, "unexpected end of input expecting delimiter (.)")]
    [InlineData("cosine.lt(1)[1]", 13, "unexpected \"[\" expecting delimiter (.)")]
    [InlineData("cosine.lt(1).", 14, "unexpected end of input expecting operand")]
    public void What_is_no_operand_of_a_filter_is_PGRST100(string text, int column, string details)
    {
        foreach (var orArgument in new[] { false, true })
        {
            var error = Assert.IsType<QueryParseError>(
                Assert.Throws<ApiException>(() => TextParser.TryParseFilter(text, orArgument, out _, out _, Operators)).Error);
            Assert.Equal((column, details), (error.Column, error.Details));
        }
    }

    [Theory]
    [InlineData("(e.cosine.)", 13, "unexpected \")\" expecting operand")]
    [InlineData("(e.cosine.\"\")", 15, "unexpected \")\" expecting operand")]
    [InlineData("(e.cosine.lt(0.3).[1,2)", 25, "unexpected \")\" expecting letter, digit, \"-\", \"->>\", \"->\" or delimiter (.)")]
    [InlineData("(e.cosine.lt().[1])", 16, "unexpected \")\" expecting bound")]
    [InlineData("(e.cosine.lt(1),id.eq.1)", 18, "unexpected \",\" expecting delimiter (.)")]
    public void What_is_no_operand_in_a_tree_is_PGRST100(string text, int column, string details)
    {
        var error = Assert.IsType<QueryParseError>(Assert.Throws<ApiException>(() => TextParser.ParseLogic("or", text, Operators)).Error);
        Assert.Equal((column, details), (error.Column, error.Details));
    }

    [Theory]
    [InlineData("e.$op(other,[1])", 7, "unexpected \"o\" expecting operator (cosine, near, similar)")]
    [InlineData("e.$op(", 7, "unexpected end of input expecting operator (cosine, near, similar)")]
    [InlineData("e.$op(public.<=>,[1])", 7, "unexpected \"p\" expecting operator (cosine, near, similar)")]
    [InlineData("e.$op(near", 11, "unexpected end of input expecting \",\"")]
    [InlineData("e.$op(near,", 12, "unexpected end of input expecting operand")]
    [InlineData("e.$op(near)", 11, "unexpected \")\" expecting \",\"")]
    [InlineData("e.$op(near,)", 12, "unexpected \")\" expecting operand")]
    [InlineData("e.$op(near,[1,2)", 14, "unexpected \",\" expecting \")\"")]
    [InlineData("e.$op(near,[1]", 15, "unexpected end of input expecting \")\"")]
    [InlineData("e.$op(near,[1])x", 16, "unexpected 'x' expecting \"::\", \".\", \")\", \",\" or end of input")]
    public void What_is_no_selected_value_is_PGRST100(string text, int column, string details)
    {
        var error = Assert.IsType<QueryParseError>(Assert.Throws<ApiException>(() => TextParser.ParseSelect(text, Operators)).Error);
        Assert.Equal((column, details), (error.Column, error.Details));
    }

    /// <summary>A function's argument stays one, and a refusal the reference's.</summary>
    [Theory]
    [InlineData("nearby.x")]
    [InlineData("near")]
    [InlineData("Near.x")]
    [InlineData("near (x).y")]
    [InlineData("\"near\".x")]
    [InlineData("other.lt(1).x")]
    public void A_filter_that_uses_no_configured_operator_is_read_as_without_any(string text)
    {
        var with = Record.Exception(() => TextParser.TryParseFilter(text, orArgument: false, out _, out _, Operators));
        var without = Record.Exception(() => TextParser.TryParseFilter(text, orArgument: false, out _, out _));
        Assert.Equal(Assert.IsType<ApiException>(without).Error, Assert.IsType<ApiException>(with).Error);
        Assert.False(TextParser.TryParseFilter(text, orArgument: true, out _, out _, Operators));
    }

    [Fact]
    public void Names_of_filters_are_taken()
    {
        Assert.All(FilterOperator.ByName.Keys, static name => Assert.Throws<ConfigException>(() => CustomOperators.Parse([name + ":<->"])));
        Assert.All(
            ["in", "is", "isdistinct", "not", "and", "or", "asc", "desc", "nullsfirst", "nullslast"],
            static name => Assert.Throws<ConfigException>(() => CustomOperators.Parse([name + ":<->"])));
    }

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

        foreach (var text in ValidFilters.Select(static v => v.Data.Item1))
        {
            Assert.False(text.StartsWith("not.", StringComparison.Ordinal) ? false : TextParser.TryParseFilter(text, orArgument: true, out _, out _));
            Assert.IsType<QueryParseError>(Assert.Throws<ApiException>(() => TextParser.TryParseFilter(text, orArgument: false, out _, out _)).Error);
        }

        foreach (var text in ValidTrees.Select(static v => v.Data.Item1))
        {
            Assert.IsType<QueryParseError>(Assert.Throws<ApiException>(() => TextParser.ParseLogic("or", text)).Error);
        }

        foreach (var text in ValidSelects.Select(static v => v.Data.Item1).Where(static t => t.Contains(".$op(", StringComparison.Ordinal)))
        {
            Assert.IsType<QueryParseError>(Assert.Throws<ApiException>(() => TextParser.ParseSelect(text)).Error);
        }
    }

    [Fact]
    public void An_operand_has_a_longest_length()
    {
        var longest = "[" + new string('1', TextParser.MaxOperand - 2) + "]";
        Assert.Equal(longest, Assert.Single(TextParser.ParseOrder("e.near." + longest, Operators)).Use!.Operand);
        foreach (var operand in new[] { longest.Insert(1, "1"), $"\"{longest.Insert(1, "1")}\"" })
        {
            var error = Assert.Throws<ApiException>(() => TextParser.ParseOrder("e.near." + operand, Operators)).Error;
            Assert.Contains("longer than 65536 characters", error.Details?.ToString(), StringComparison.Ordinal);
        }

        foreach (var text in new[] { "near." + longest + "1", $"near.lt({longest}1).1" })
        {
            var errors = new[]
            {
                Assert.Throws<ApiException>(() => TextParser.TryParseFilter(text, orArgument: true, out _, out _, Operators)).Error,
                Assert.Throws<ApiException>(() => TextParser.ParseLogic("or", $"(e.{text})", Operators)).Error,
            };
            Assert.All(errors, static e => Assert.Contains("longer than 65536 characters", e.Details, StringComparison.Ordinal));
        }

        var selected = Assert.Throws<ApiException>(() => TextParser.ParseSelect($"e.$op(near,{longest}1)", Operators)).Error;
        Assert.Contains("longer than 65536 characters", selected.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_gives_a_value_or_a_refusal_and_both_runs_agree()
    {
        var texts = Valid.Select(static v => ("order", v.Data.Item1))
            .Concat(ValidFilters.Select(static v => ("filter", v.Data.Item1)))
            .Concat(ValidTrees.Select(static v => ("logic tree", "or" + v.Data.Item1)))
            .Concat(ValidSelects.Select(static v => ("select parameter", v.Data.Item1)));
        foreach (var (what, text) in texts)
        {
            for (var i = 0; i <= text.Length; i++)
            {
                var prefix = text[..i];
                Assert.Equal(TextParser.Run(what, prefix, explaining: false, Operators), TextParser.Run(what, prefix, explaining: true, Operators));
                try
                {
                    _ = what switch
                    {
                        "filter" => TextParser.TryParseFilter(prefix, orArgument: false, out _, out _, Operators),
                        "logic tree" => TextParser.ParseLogic("or", prefix.Length < 2 ? "" : prefix[2..], Operators) is not null,
                        "select parameter" => TextParser.ParseSelect(prefix, Operators).IsEmpty,
                        _ => TextParser.ParseOrder(prefix, Operators).IsEmpty,
                    };
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
    [InlineData("rank:()")]
    [InlineData("rank:.f()")]
    [InlineData("rank:f(x)")]
    [InlineData("rank:f()()")]
    [InlineData("rank:f;()")]
    [InlineData("rank:\"f\"()")]
    [InlineData("rank:f")]
    [InlineData("rank:<=>()")]
    public void A_setting_that_names_no_operator_is_refused(string item) =>
        Assert.Throws<ConfigException>(() => CustomOperators.Parse([item]));

    [Fact]
    public void A_name_stands_for_one_operator() => Assert.Throws<ConfigException>(() => CustomOperators.Parse(["near:<->", "near:<=>"]));

    [Theory]
    [InlineData("<=>", "OPERATOR(<=>)")]
    [InlineData("public.<->", "OPERATOR(\"public\".<->)")]
    [InlineData("my \"schema\".<#>", "OPERATOR(\"my \"\"schema\"\"\".<#>)")]
    [InlineData("a.b.~", "OPERATOR(\"a.b\".~)")]
    [InlineData("st_within()", "\"st_within\"")]
    [InlineData("my \"schema\".F()", "\"my \"\"schema\"\"\".\"F\"")]
    public void An_operator_is_written_quoted(string text, string expected)
    {
        Assert.True(OperatorName.TryParse(text, out var name));
        var sql = new SqlWriter();
        sql.Append($"{name}");
        Assert.Equal(expected, sql.Build().Text);
    }
}
