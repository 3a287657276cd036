using AutoRest.Server.Configuration;
using AutoRest.Server.Requests;
using Microsoft.Extensions.Primitives;

namespace AutoRest.Server.Tests.Requests;

/// <summary><c>Prefer</c>, <c>Accept</c> and <c>Content-Type</c>. contract/writes.md §10, representations.md §2.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData("application/json", MediaTypeKind.Json, "application/json")]
    [InlineData("APPLICATION/json; charset=utf-8", MediaTypeKind.Json, "application/json")]
    [InlineData("application/vnd.pgrst.object", MediaTypeKind.SingularJson, "application/vnd.pgrst.object+json")]
    [InlineData("application/vnd.pgrst.object+json;nulls=stripped", MediaTypeKind.SingularJsonStripped, "application/vnd.pgrst.object+json;nulls=stripped")]
    [InlineData("application/vnd.pgrst.object+json;NULLS=\"stripped\"", MediaTypeKind.SingularJsonStripped, "application/vnd.pgrst.object+json;nulls=stripped")]
    [InlineData("application/vnd.pgrst.object+json;nulls=Stripped", MediaTypeKind.SingularJson, "application/vnd.pgrst.object+json")]
    [InlineData("application/vnd.pgrst.array", MediaTypeKind.Json, "application/json")]
    [InlineData("application/vnd.pgrst.array+json ; nulls = stripped", MediaTypeKind.ArrayJsonStripped, "application/vnd.pgrst.array+json;nulls=stripped")]
    [InlineData("text/csv;??", MediaTypeKind.Csv, "text/csv")]
    [InlineData("application/x-ndjson", MediaTypeKind.NdJson, "application/x-ndjson")]
    [InlineData("*/*", MediaTypeKind.Any, "*/*")]
    [InlineData("Text/HTML", MediaTypeKind.Other, "Text/HTML")]
    [InlineData("text/html;charset=utf-8", MediaTypeKind.Other, "text/html;charset=utf-8")]
    [InlineData("nonsense", MediaTypeKind.Other, "nonsense")]
    [InlineData("", MediaTypeKind.Other, "")]
    [InlineData("application/vnd.pgrst.plan", MediaTypeKind.Plan, "application/vnd.pgrst.plan+text; for=\"application/json\"")]
    [InlineData("application/vnd.pgrst.plan+json; options=buffers|timing|analyze;", MediaTypeKind.Plan, "application/vnd.pgrst.plan+json; for=\"application/json\"; options=analyze|buffers")]
    [InlineData("application/vnd.pgrst.plan+text; for=\"text/csv\"", MediaTypeKind.Plan, "application/vnd.pgrst.plan+text; for=\"text/csv\"")]
    public void Media_type_parses(string text, MediaTypeKind kind, string name)
    {
        var type = MediaType.Parse(text);
        Assert.Equal((kind, name), (type.Kind, type.Name));
    }

    [Theory]
    [InlineData("*/*", "*/*")]
    [InlineData("", "")]
    [InlineData("application/json;q=0.4, text/csv;q=0.9", "text/csv application/json")]
    [InlineData("*/*, text/csv", "text/csv */*")]
    [InlineData("application/json, text/csv;q=5", "text/csv application/json")]
    [InlineData("text/csv;q=high, application/json;q=0.9", "text/csv application/json")]
    [InlineData("text/xyz;q=0.1, image/png, application/zip;q=0.5", "image/png application/zip text/xyz")]
    [InlineData("text/html;q=0.9, application/vnd.pgrst.array+json;nulls=stripped", "application/vnd.pgrst.array+json;nulls=stripped text/html")]
    [InlineData("text/csv, application/json", "text/csv application/json")]
    [InlineData("a/b;q=.5,c/d;q=0.9", "a/b c/d")]
    public void Accept_is_sorted_by_preference(string header, string expected) =>
        Assert.Equal(expected, string.Join(' ', MediaType.ParseAccept(header).Select(static t => t.Name)));

    [Fact]
    public void An_absent_accept_takes_anything() => Assert.Equal([MediaType.Any], MediaType.ParseAccept(default));

    [Fact]
    public void The_first_recognised_preference_wins()
    {
        var preferences = Preferences.Parse(
            new StringValues([" return=minimal ,return=representation, count=exact", "foo, timezone=UTC,max-affected=x,max-affected=3,Return=minimal,"]),
            TransactionEnd.Commit);
        Assert.Equal(ReturnPreference.Minimal, preferences.Return);
        Assert.Equal(CountPreference.Exact, preferences.Count);
        Assert.Equal("UTC", preferences.Timezone);
        Assert.Null(preferences.MaxAffected);
        Assert.Equal(["foo", "Return=minimal", ""], preferences.Invalid);
    }

    [Theory]
    [InlineData(TransactionEnd.Commit, null)]
    [InlineData(TransactionEnd.Rollback, null)]
    [InlineData(TransactionEnd.CommitAllowOverride, TransactionPreference.Rollback)]
    [InlineData(TransactionEnd.RollbackAllowOverride, TransactionPreference.Rollback)]
    public void A_transaction_preference_counts_only_where_it_may(TransactionEnd end, TransactionPreference? expected)
    {
        var preferences = Preferences.Parse("tx=rollback", end);
        Assert.Equal(expected, preferences.Transaction);
        Assert.Empty(preferences.Invalid);
    }

    [Theory]
    [InlineData("-1", -1)]
    [InlineData(" 7 ", 7)]
    [InlineData("99999999999999999999", int.MaxValue)]
    [InlineData("1.5", null)]
    public void Max_affected_is_an_integer(string text, int? expected) =>
        Assert.Equal(expected, Preferences.Parse("max-affected=" + text, TransactionEnd.Commit).MaxAffected);

    [Theory]
    [InlineData("read-after=0/16B3748", 0x16B3748UL)]
    [InlineData("read-after=FfffFFFF/ffffffff", ulong.MaxValue)]
    [InlineData("read-after=1/0, read-after=2/0", 0x1_0000_0000UL)]
    public void A_position_to_read_after_is_two_hexadecimal_numbers(string text, ulong expected)
    {
        var preferences = Preferences.Parse(text, TransactionEnd.Commit, routesReads: true);
        Assert.Equal(new NpgsqlTypes.NpgsqlLogSequenceNumber(expected), preferences.ReadAfter);
        Assert.Empty(preferences.Invalid);
    }

    [Theory]
    [InlineData("read-after=")]
    [InlineData("read-after=/")]
    [InlineData("read-after=0/")]
    [InlineData("read-after=/1")]
    [InlineData("read-after=01")]
    [InlineData("read-after=0/0/0")]
    [InlineData("read-after=0/ 1")]
    [InlineData("read-after=0/-1")]
    [InlineData("read-after=0/0x1")]
    [InlineData("read-after=0/100000000")]
    [InlineData("read-after=0/1;x=1")]
    [InlineData("read=standby")]
    public void Anything_else_is_an_unknown_preference(string text)
    {
        var preferences = Preferences.Parse(text, TransactionEnd.Commit, routesReads: true);
        Assert.Equal((null, false), (preferences.ReadAfter, preferences.ReadPrimary));
        Assert.Equal([text], preferences.Invalid);
    }

    [Theory]
    [InlineData("read-after=0/1")]
    [InlineData(Preferences.ReadPrimaryToken)]
    public void Preferences_about_standbys_are_unknown_where_there_are_none(string text)
    {
        Assert.Empty(Preferences.Parse(text, TransactionEnd.Commit, routesReads: true).Invalid);
        var preferences = Preferences.Parse(text, TransactionEnd.Commit);
        Assert.Equal((null, false), (preferences.ReadAfter, preferences.ReadPrimary));
        Assert.Equal([text], preferences.Invalid);
    }

    [Fact]
    public void Every_known_token_is_recognised()
    {
        Assert.Equal(14, Preferences.KnownTokens.Length);
        Assert.All(Preferences.KnownTokens, static token => Assert.Empty(Preferences.Parse(token, TransactionEnd.Commit).Invalid));
    }
}
