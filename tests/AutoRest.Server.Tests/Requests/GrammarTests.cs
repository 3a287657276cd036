using AutoRest.Server.Errors;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Tests.Requests;

/// <summary>Tables of rows for the grammar: text → parsed form, or → the exact refusal.</summary>
public sealed class GrammarTests
{
    [Theory]
    [InlineData("*", "*")]
    [InlineData("id,name", "[id], [name]")]
    [InlineData("id , name", "[id], [name]")]
    [InlineData("", "")]
    [InlineData("*::text", "")]
    [InlineData("...clients", "")]
    [InlineData("id)", "[id]")]
    [InlineData("who:full_name", "who=[full_name]")]
    [InlineData("who::text", "[who]::text")]
    [InlineData("a:b::double precision", "a=[b]::double precision")]
    [InlineData("id,id", "[id], [id]")]
    [InlineData("\"unit.price\",\"a\\\"b\\\\c\"", "[unit.price], [a\"b\\c]")]
    [InlineData(" first name ,a - b", "[first name], [a-b]")]
    [InlineData("größe,naïve-col", "[größe], [naïve-col]")]
    [InlineData("extra->a->0->>b", "[extra]->'a'->+0->>'b'")]
    [InlineData("extra->-1", "[extra]->-1")]
    [InlineData("clients(meta->0)", "{clients}([meta]->'0')")]
    [InlineData("clients(meta->0,id)", "{clients}([meta]->+0, [id])")]
    [InlineData("meta->a-b->>\"c.d\"", "[meta]->'a-b'->>'c.d'")]
    [InlineData("budget.avg()::int", "[budget] Avg::int")]
    [InlineData("n:extra->cost::numeric.sum()::int", "n=[extra]->'cost'::numeric Sum::int")]
    [InlineData("count()", "rows Count")]
    [InlineData("n:count()::int", "n=rows Count::int")]
    [InlineData("count", "[count]")]
    [InlineData("id.count(),id.max(),id.min()", "[id] Count, [id] Max, [id] Min")]
    [InlineData("a::int::text", "[a]::int")]
    [InlineData("clients(*)", "{clients}(*)")]
    [InlineData("clients()", "{clients}()")]
    [InlineData("c:clients!fk!inner(id,x:staff(name)),id", "c={clients}!fk Inner([id], x={staff}([name])), [id]")]
    [InlineData("clients!left!fk(id)", "{clients}!fk Left([id])")]
    [InlineData("users!lead_id!backup_id(username)", "{users}!lead_id([username])")]
    [InlineData("projects!inner!left(id)", "{projects} Inner([id])")]
    [InlineData("id,...clients!inner(name)", "[id], ...{clients} Inner([name])")]
    [InlineData("clients(id)xyz", "{clients}([id])")]
    [InlineData("clients (id)", "{clients}([id])")]
    public void Select_parses(string text, string expected) => Assert.Equal(expected, Snapshot.Of(TextParser.ParseSelect(text)));

    [Theory]
    [InlineData("eq.5", "eq <5>")]
    [InlineData("eq.", "eq <>")]
    [InlineData("not.eq.a.b,c)", "not eq <a.b,c)>")]
    [InlineData("gte(any).{1,2}", "gte Any <{1,2}>")]
    [InlineData("ilike(all).{a*,b*}", "ilike All <{a*,b*}>")]
    [InlineData("cs.{a,b}", "cs <{a,b}>")]
    [InlineData("is.null", "is Null")]
    [InlineData("is.NOT_null", "is NotNull")]
    [InlineData("is.nullish", "is Null")]
    [InlineData("not.is.TRUE", "not is True")]
    [InlineData("isdistinct.5", "isdistinct <5>")]
    [InlineData("in.(1,2)", "in <1|2>")]
    [InlineData("in.(1,2)zzz", "in <1|2>")]
    [InlineData("in. ( a, b )", "in <a| b >")]
    [InlineData("in.(\"Lee, Ann\",Bo)", "in <Lee, Ann|Bo>")]
    [InlineData("in.(\"say \\\"hi\\\"\",\"back\\\\slash\")", "in <say \"hi\"|back\\slash>")]
    [InlineData("in.(\"a\"b,c)", "in <\"a\"b|c>")]
    [InlineData("in.(\"a\" ,c)", "in <\"a\" |c>")]
    [InlineData("in.()", "in <>")]
    [InlineData("in.(\"\")", "in <>")]
    [InlineData("in.(,)", "in <|>")]
    [InlineData("fts.cat", "fts <cat>")]
    [InlineData("wfts(english).ship -draft", "wfts english <ship -draft>")]
    [InlineData("nxr.[1,2)", "nxr <[1,2)>")]
    public void Filter_parses(string text, string expected)
    {
        Assert.True(TextParser.TryParseFilter(text, orArgument: false, out var negated, out var operation));
        Assert.Equal(expected, Snapshot.Of(negated, operation));
    }

    [Fact]
    public void The_empty_list_has_no_values()
    {
        TextParser.TryParseFilter("in.(\"\")", orArgument: false, out _, out var operation);
        Assert.Empty(Assert.IsType<Operation.In>(operation).Values);
    }

    [Theory]
    [InlineData("id", "[id]")]
    [InlineData("id.desc.nullslast,name.asc", "[id] Descending nulls Last, [name] Ascending")]
    [InlineData("id , name.nullsfirst", "[id], [name] nulls First")]
    [InlineData("clients(name).desc", "clients/[name] Descending")]
    [InlineData("meta->a->>b.asc", "[meta]->'a'->>'b' Ascending")]
    [InlineData("count.desc", "[count] Descending")]
    public void Order_parses(string text, string expected) => Assert.Equal(expected, Snapshot.Of(TextParser.ParseOrder(text)));

    [Theory]
    [InlineData("or", "(a.eq.1,b.is.null)", "or([a] eq <1>; [b] is Null)")]
    [InlineData("and", "(a.eq.1)x", "and([a] eq <1>)")]
    [InlineData("not.or", "(done.is.true,priority.lt.2)", "not or([done] is True; [priority] lt <2>)")]
    [InlineData("t.not.and", "(a.eq.1)", "t/not and([a] eq <1>)")]
    [InlineData("not.t.or", "(a.eq.1)", "t/not or([a] eq <1>)")]
    [InlineData("or", "id.eq.1", "[orid] eq <1>")]
    [InlineData("or", "( a.eq.1 , b.eq.2)", "or([a] eq <1 >; [b] eq <2>)")]
    [InlineData("or", "(id.in.(1,2),done.is.true)", "or([id] in <1|2>; [done] is True)")]
    [InlineData("or", "(tags.cs.{a,b},p.ov.\"[1,2)\")", "or([tags] cs <{a,b}>; [p] ov <[1,2)>)")]
    [InlineData("and", "(not.or(a.eq.1,b.not.eq.2),and(c.eq.3))", "and(not or([a] eq <1>; [b] not eq <2>); and([c] eq <3>))")]
    [InlineData("or", "(m->>k.eq.1,not.eq.2)", "or([m]->>'k' eq <1>; [not] eq <2>)")]
    [InlineData("or", "(a.fts(english).x,a.eq(any).{1,2})", "or([a] fts english <x>; [a] eq Any <{1,2}>)")]
    public void Logic_parses(string key, string value, string expected) => Assert.Equal(expected, Snapshot.Of(TextParser.ParseLogic(key, value)));

    [Theory]
    [InlineData("id!x", "[id]", "")]
    [InlineData("meta->a.b", "[meta]->'a'", "")]
    [InlineData("a.b.c->d", "[c]->'d'", "a/b")]
    [InlineData("\"extra.flag\"", "[extra.flag]", "")]
    [InlineData("meta->-1", "[meta]->-1", "")]
    public void Tree_path_parses(string key, string field, string path)
    {
        var parsed = TextParser.ParseTreePath(key);
        Assert.Equal(field, Snapshot.Of(parsed.Field));
        Assert.Equal(path, string.Join('/', parsed.Path));
    }

    [Theory]
    [InlineData(" \"task\"", "")]
    [InlineData("id.x", "id")]
    [InlineData("b, a,b", "a|b")]
    [InlineData("\"b\",\"a\"", "a|b")]
    public void Columns_parse_sorted_and_distinct(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', QueryParams.Parse("columns=" + Uri.EscapeDataString(text)).Columns!.Value));

    // contract/errors.md §5.3 and contract/reads.md §11.
    [Theory]
    [InlineData("filter", "", 1, "unexpected end of input expecting \"not\" or operator (eq, gt, ...)")]
    [InlineData("filter", "like(some).x", 6, "unexpected \"s\" expecting operator (eq, gt, ...)")]
    [InlineData("filter", "isdistinct", 11, "unexpected end of input expecting operator (eq, gt, ...)")]
    [InlineData("filter", "in.(1,2", 8, "unexpected end of input expecting \",\" or \")\"")]
    [InlineData("filter", "not.not.eq.1", 5, "unexpected \"n\" expecting operator (eq, gt, ...)")]
    [InlineData("filter", "yes", 1, "unexpected \"y\" expecting \"not\" or operator (eq, gt, ...)")]
    [InlineData("filter", "nx", 1, "unexpected \"x\" expecting \"not\" or operator (eq, gt, ...)")]
    [InlineData("filter", "in.1,2", 4, "unexpected \"1\" expecting \"(\"")]
    [InlineData("filter", "is.maybe", 4, "unexpected \"m\" expecting isVal: (null, not_null, true, false, unknown)")]
    [InlineData("filter", "\u0001", 1, "unexpected \"\\SOH\" expecting \"not\" or operator (eq, gt, ...)")]
    [InlineData("select parameter", "clients(id", 11, "unexpected end of input expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input")]
    [InlineData("select parameter", "clients!(id)", 8, "unexpected '!' expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input")]
    [InlineData("select parameter", "id::", 5, "unexpected end of input expecting letter or digit")]
    [InlineData("select parameter", "id::int(3)", 8, "unexpected '(' expecting letter, digit, \".\", \"::\", \")\", \",\" or end of input")]
    [InlineData("select parameter", "a:b:c", 4, "unexpected \"c\" expecting \"::\"")]
    [InlineData("select parameter", "data->", 7, "unexpected end of input expecting \"-\", digit or any non reserved character different from: .,>()")]
    [InlineData("select parameter", "id.sum", 7, "unexpected end of input expecting \"()\"")]
    [InlineData("select parameter", "a-!", 3, "unexpected \"!\" expecting \">\", letter or digit")]
    [InlineData("select parameter", "rel->x(*)", 7, "unexpected '(' expecting \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input")]
    [InlineData("select parameter", "id,", 4, "unexpected end of input expecting \"...\", field name (* or [a..z0..9_$]), \"*\" or \"count()\"")]
    [InlineData("select parameter", "id;x", 3, "unexpected ';' expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input")]
    [InlineData("select parameter", "id.med()", 4, "unexpected \"m\" expecting \"sum\", \"avg\", \"count\", \"max\" or \"min\"")]
    [InlineData("select parameter", "id,\t,", 9, "unexpected \",\" expecting \"...\", field name (* or [a..z0..9_$]), \"*\" or \"count()\"")]
    [InlineData("order", "clients(name", 8, "unexpected '(' expecting letter, digit, \"-\", \"->>\", \"->\", delimiter (.), \",\" or end of input")]
    [InlineData("order", "id.asc.nullsfirst.x", 18, "unexpected '.' expecting \",\" or end of input")]
    [InlineData("order", "id.desc ,x", 8, "unexpected ' ' expecting delimiter (.), \",\" or end of input")]
    [InlineData("order", "id.up", 4, "unexpected \"u\" expecting \"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"")]
    [InlineData("tree path", "a..b", 3, "unexpected \".\" expecting field name (* or [a..z0..9_$])")]
    [InlineData("columns parameter", "", 1, "unexpected end of input expecting field name (* or [a..z0..9_$])")]
    public void Refusal_has_the_texts_of_the_reference(string what, string input, int column, string details)
    {
        var error = Refusal(what, input);
        Assert.Equal($"\"failed to parse {what} ({input})\" (line 1, column {column})", error.Message);
        Assert.Equal(details, error.Details);
        Assert.Equal(("PGRST100", 400), (error.Code, error.Status));
    }

    [Theory]
    [InlineData("(a)", 5, "unexpected \")\" expecting letter, digit, \"-\", \"->>\", \"->\" or delimiter (.)")]
    [InlineData("(c.name.eq.x)", 6, "unexpected \"a\" expecting \"not\" or operator (eq, gt, ...)")]
    [InlineData("(a.eq.1", 10, "unexpected end of input expecting \",\" or \")\"")]
    [InlineData("()", 4, "unexpected \")\" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)")]
    public void Logic_refusal_counts_the_operator_but_shows_the_value(string value, int column, string details)
    {
        var error = Assert.Throws<ApiException>(() => TextParser.ParseLogic("or", value)).Error;
        Assert.Equal($"\"failed to parse logic tree ({value})\" (line 1, column {column})", error.Message);
        Assert.Equal(details, error.Details);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Embeds_nested_deeper_than_64_are_refused(int depth, bool parses)
    {
        var text = string.Concat(Enumerable.Repeat("a(", depth)) + "id" + new string(')', depth);
        if (parses)
        {
            Assert.Single(TextParser.ParseSelect(text));
            return;
        }

        var error = Assert.Throws<ApiException>(() => TextParser.ParseSelect(text)).Error;
        Assert.Equal(("PGRST100", "nested more than 64 levels deep"), (error.Code, error.Details));
    }

    [Fact]
    public void Groups_nested_deeper_than_64_are_refused()
    {
        var text = "(" + string.Concat(Enumerable.Repeat("and(", 100_000)) + "a.eq.1";
        var error = Assert.Throws<ApiException>(() => TextParser.ParseLogic("or", text)).Error;
        Assert.Equal("nested more than 64 levels deep", error.Details);
    }

    [Theory]
    [InlineData("5", true)]
    [InlineData("inner", true)]
    [InlineData("fts", true)]
    [InlineData("", true)]
    [InlineData("eq.5", false)]
    [InlineData("in.(1)", false)]
    public void An_argument_is_what_cannot_begin_as_a_filter(string value, bool isArgument) =>
        Assert.Equal(isArgument, !TextParser.TryParseFilter(value, orArgument: true, out _, out _));

    [Theory]
    [InlineData("in.stock", "unexpected \"s\" expecting \"(\"")]
    [InlineData("is.ok", "unexpected \"o\" expecting isVal: (null, not_null, true, false, unknown)")]
    [InlineData("not.ok", "unexpected \"o\" expecting operator (eq, gt, ...)")]
    public void An_argument_that_begins_as_a_filter_is_PGRST100(string value, string details) =>
        Assert.Equal(details, Assert.Throws<ApiException>(() => TextParser.TryParseFilter(value, orArgument: true, out _, out _)).Error.Details);

    static ApiError Refusal(string what, string input) => Assert.Throws<ApiException>(() =>
    {
        switch (what)
        {
            case "filter":
                TextParser.TryParseFilter(input, orArgument: false, out _, out _);
                break;
            case "select parameter":
                TextParser.ParseSelect(input);
                break;
            case "order":
                TextParser.ParseOrder(input);
                break;
            case "tree path":
                TextParser.ParseTreePath(input);
                break;
            default:
                TextParser.ParseNames("columns", input);
                break;
        }
    }).Error;
}
