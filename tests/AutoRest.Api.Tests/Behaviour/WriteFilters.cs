using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>A filter as a client writes it and, made independently, as SQL says it.</summary>
/// <param name="Query">Parameters of the URL, unescaped.</param>
/// <param name="Sql">A condition on <c>api.rows</c>.</param>
sealed record WriteFilter(string Query, string Sql)
{
    public override string ToString() => $"{Query}  ≙  {Sql}";
}

/// <summary>Random filters on the columns <c>id int, a int, b text, c bool</c>.</summary>
static class WriteFilters
{
    /// <summary>Pieces that break a filter in every way a client has found yet.</summary>
    static readonly string[] Damage =
    [
        "", ".", "..", ",", "(", ")", "()", "\"", "\\", "*", "%00", "%", "%zz", "%ff", "null", "eq", "eq.", "in.", "in.()", "in.(", "is.", "not.", "not", "or", "and", "-",
        "->", "::", "::int", ":", "!", " ", "+", "{", "}", "{}", "[", "'", "'--", "/*", ";", "%26", "%3d", "𝔘", "eq.eq.", "any", "(any)", "1e9", "NaN", "&", "&&", "=", "==",
        "minus.", ".lt(", "lt()", "$op(minus,1)", "starts.",
    ];

    static Gen<(string Op, string Value, string Sql)> NumberTest => Gen.OneOf(
        from op in Gen.Elements(("eq", "="), ("neq", "<>"), ("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<="))
        from value in Gen.Choose(-3, 43)
        select (op.Item1, Text(value), $"{op.Item2} {Text(value)}"),
        from values in Gen.Choose(-3, 43).ListOf().Resize(5)
        select ("in", $"({string.Join(',', values.Select(Text))})", values.Count == 0 ? "= any ('{}')" : $"in ({string.Join(", ", values.Select(Text))})"),
        Gen.Elements(("is", "null", "is null"), ("isdistinct", "3", "is distinct from 3")),

        // Configured: minus:- and, below, starts:^@.
        from op in Gen.Elements(("eq", "="), ("neq", "<>"), ("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<="))
        from operand in Gen.Choose(-3, 43)
        from bound in Gen.Choose(-9, 43)
        select ($"minus.{op.Item1}({Text(bound)})", Text(operand), $"operator(pg_catalog.-) {Text(operand)} {op.Item2} {Text(bound)}"));

    static Gen<(string Op, string Value, string Sql)> TextTest => Gen.OneOf(
        from op in Gen.Elements(("eq", "="), ("neq", "<>"), ("gt", ">"))
        from value in Gen.Elements("", "b1", "b2", "null", "(x)", "a,b", "NULL", "%", "*", "it's", "\"q\"", "\\")
        select (op.Item1, value, $"{op.Item2} '{value.Replace("'", "''", StringComparison.Ordinal)}'"),
        Gen.Elements(("like", "b*", "like 'b%'"), ("ilike", "B1*", "ilike 'B1%'"), ("is", "null", "is null"), ("match", "^b[12]", "~ '^b[12]'"), ("starts", "b", "^@ 'b'")));

    static Gen<(string Op, string Value, string Sql)> BoolTest => Gen.Elements(
        ("is", "true", "is true"), ("is", "false", "is false"), ("is", "unknown", "is unknown"), ("eq", "true", "= true"), ("is", "not_null", "is not null"));

    static Gen<(string Column, string Op, string Value, string Sql)> Test =>
        from column in Gen.Elements("id", "a", "b", "c")
        from test in column == "b" ? TextTest : column == "c" ? BoolTest : NumberTest
        from not in Gen.Elements(false, false, true)
        select (column, (not ? "not." : "") + test.Op, test.Value, not ? $"not ({column} {test.Sql})" : $"({column} {test.Sql})");

    /// <summary>One parameter for each condition, all of which must hold.</summary>
    static Gen<WriteFilter> Conjunction =>
        from tests in Test.NonEmptyListOf().Resize(3)
        select new WriteFilter(
            string.Join('&', tests.Select(t => $"{t.Column}={t.Op}.{Uri.EscapeDataString(t.Value)}")),
            string.Join(" and ", tests.Select(t => t.Sql)));

    static Gen<(string Text, string Sql)> Tree(int depth) => depth == 0
        ? from test in Test select ($"{test.Column}.{test.Op}.{Quoted(test)}", test.Sql)
        : Gen.OneOf(
            Tree(0),
            from op in Gen.Elements("and", "or")
            from not in Gen.Elements(false, true)
            from members in Tree(depth - 1).NonEmptyListOf().Resize(3)
            select ($"{(not ? "not." : "")}{op}({string.Join(',', members.Select(m => m.Item1))})",
                $"{(not ? "not " : "")}({string.Join($" {op} ", members.Select(m => m.Item2))})"));

    static Gen<WriteFilter> Logic =>
        from op in Gen.Elements("and", "or")
        from members in Tree(2).NonEmptyListOf().Resize(3)
        select new WriteFilter(
            $"{op}=({string.Join(',', members.Select(m => Uri.EscapeDataString(m.Text)))})", $"({string.Join($" {op} ", members.Select(m => m.Sql))})");

    /// <summary>Filters that are right.</summary>
    public static Gen<WriteFilter> Valid => Gen.OneOf(Conjunction, Logic);

    /// <summary>Filters that were right until something was put in, taken out or cut off; mostly refused, sometimes still a filter.</summary>
    public static Gen<string> Broken =>
        from valid in Valid
        from place in Gen.Choose(0, valid.Query.Length)
        from taken in Gen.Choose(0, 6)
        from piece in Gen.Elements(Damage)
        select valid.Query[..place] + piece + valid.Query[Math.Min(valid.Query.Length, place + taken)..];

    static string Quoted((string Column, string Op, string Value, string Sql) test) =>
        test.Op is "in" or "not.in" or "is" or "not.is" ? test.Value
            : $"\"{test.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
