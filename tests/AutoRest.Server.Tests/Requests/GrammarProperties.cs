using System.Diagnostics;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace AutoRest.Server.Tests.Requests;

/// <summary>What must hold of every text, parsable or not.</summary>
public sealed class GrammarProperties
{
    static readonly string[] Productions = ["tree path", "filter", "order", "logic tree", "select parameter", "columns parameter"];

    // Pieces that mean something to some rule, and some that mean nothing to any.
    static readonly string[] Pieces =
    [
        "id", "name", "count", "not", "and", "or", "a b", "größe", "😀", "1", "-1", "\"q\"", "\"a\\\"b\"", "\"", "\\", " ", "\t", "\n", "\0",
        ",", ".", "..", "...", ":", "::", "(", ")", "()", "{", "}", "{1,2}", "->", "->>", "-", ">", "*", "!", "!inner", "!left", "!fk", "$", "_",
        "eq.", "eq.1", "not.", "in.", "in.(1,2)", "is.", "is.null", "IS.null", "is.tru", "isdistinct.", "fts", "fts(english).x", "wfts.", "cs.{a}",
        "like(any).", "gt", "gte", "neq.", ".asc", ".desc", ".nullsfirst", ".nullslast", ".sum()", ".max", "count()", "text", "::text", "a:", "x(", "\uD800",
    ];

    static Gen<string> Text => Gen.Elements(Pieces).ListOf().Resize(12).Select(static p => string.Concat(p));

    static readonly string[] Valid =
    [
        "id,name,total:budget::numeric.sum()::text,c:clients!fk!inner(id,x:meta->a->>0),...staff(name)",
        "not.in.(1,\"a,b\",c d)",
        "wfts(english).ship",
        "id.desc.nullslast,clients(name).asc,meta->a->0",
        "or(not.and(a.eq.1,b.in.(1,2)),c.cs.{1,2},d.ov.\"[1,2)\",e->>f.is.null)",
        "a.b.\"c.d\"->e->>0",
        "\"b\", a ,c-d",
    ];

    [Fact]
    public void A_silent_run_decides_as_an_explaining_one() =>
        Prop.ForAll(Arb.From(Text), text => Productions.All(p => Agrees(p, text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void A_mutated_valid_text_gives_a_value_or_a_refusal()
    {
        var mutated = from text in Gen.Elements(Valid)
                      from at in Gen.Choose(0, text.Length)
                      from removed in Gen.Choose(0, 3)
                      from piece in Gen.Elements(Pieces)
                      select text[..at] + piece + text[Math.Min(text.Length, at + removed)..];
        Prop.ForAll(Arb.From(mutated), static text => Productions.All(p => Agrees(p, text) && GivesValueOrRefusal(p, text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    [Fact]
    public void Every_prefix_of_a_valid_text_gives_a_value_or_a_refusal()
    {
        foreach (var text in Valid)
        {
            for (var length = 0; length <= text.Length; length++)
            {
                Assert.All(Productions, p => Assert.True(GivesValueOrRefusal(p, text[..length])));
            }
        }
    }

    [Theory]
    [InlineData("filter", "in.(", "1234,", ")")]
    [InlineData("filter", "in.(", "\"a\\\"b\",", ")")]
    [InlineData("filter", "in.(", "\"a,", ")")]
    [InlineData("filter", "in.(", "\"\\", "")]
    [InlineData("select parameter", "", "column_name,", "id")]
    [InlineData("select parameter", "", "a:b::c.sum(),", "count()")]
    [InlineData("select parameter", "", "clients(id),", "id")]
    [InlineData("select parameter", "", "a-", "b")]
    [InlineData("select parameter", "", "a->", "b")]
    [InlineData("order", "", "a(b),", "id")]
    [InlineData("logic tree", "or(", "a.eq.\"x,", "b.eq.1)")]
    [InlineData("logic tree", "or(", "a.eq.{x,", "b.eq.1)")]
    [InlineData("logic tree", "or(", "and(a.eq.1),", "b.eq.1)")]
    [InlineData("columns parameter", "", "\"a\",", "b")]
    [InlineData("tree path", "", "a.", "b")]
    public void A_megabyte_takes_linear_time(string what, string start, string repeated, string end)
    {
        var watch = Stopwatch.StartNew();
        Assert.True(GivesValueOrRefusal(what, Long(1_000_000)));

        // Refused: explaining costs more per character, in the same proportion.
        Assert.True(GivesValueOrRefusal(what, Long(100_000) + "!"));
        Assert.True(GivesValueOrRefusal(what, Long(100_000)[..^1]));

        // Quadratic would take minutes; the bound only has to tell the two apart on a busy machine.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");

        string Long(int length) => start + string.Concat(Enumerable.Repeat(repeated, length / repeated.Length)) + end;
    }

    static bool Agrees(string production, string text) =>
        TextParser.Run(production, text, explaining: false) == TextParser.Run(production, text, explaining: true);

    static bool GivesValueOrRefusal(string production, string text)
    {
        try
        {
            _ = production switch
            {
                "tree path" => TextParser.ParseTreePath(text).Field,
                "filter" => TextParser.TryParseFilter(text, orArgument: false, out _, out var operation) ? operation : null,
                "order" => TextParser.ParseOrder(text),
                "logic tree" => TextParser.ParseLogic("or", text.StartsWith("or", StringComparison.Ordinal) ? text[2..] : text),
                "select parameter" => TextParser.ParseSelect(text),
                _ => (object)TextParser.ParseNames("columns", text),
            };
            return true;
        }
        catch (ApiException e)
        {
            return e.Error is QueryParseError { Details: not "unknown parse error", Line: > 0, Column: > 0 };
        }
    }
}
