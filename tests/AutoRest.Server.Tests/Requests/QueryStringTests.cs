using AutoRest.Server.Errors;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Tests.Requests;

/// <summary>contract/requests.md §3.1, §3.2, §9, §11.1.</summary>
public sealed class QueryStringTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("priority=gt.1&done=is.true&priority=lt.5", "done=is.true&priority=gt.1,lt.5")]
    [InlineData("select=id,body&id=eq.1", "id=eq.1&select=id%2Cbody")]
    [InlineData("b&a=1", "a=1&b=")]
    [InlineData("a=x+y%20z%q", "a=x%20y%20z%25q")]
    [InlineData("a=%e2%82%ac~_-.", "a=%E2%82%AC~_-.")]
    [InlineData("a=%2", "a=%252")]
    public void Canonical_form_is_sorted_and_encoded_again(string raw, string expected) =>
        Assert.Equal(expected, QueryString.Canonicalize(QueryString.Split(raw)));

    [Theory]
    [InlineData("?a=1;b=2&c", "a=1|b=2|c")]
    [InlineData("a=1&&b=2&", "a=1||b=2")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("schl%C3%BCssel=%F0%9F%98%80", "schlüssel=😀")]
    [InlineData("schlüssel=maß€", "schlüssel=maß€")]
    [InlineData("ma\u00C3\u009F=x", "maß=x")]
    public void Pieces_are_split_and_decoded(string raw, string expected) =>
        Assert.Equal(expected, string.Join('|', QueryString.Split(raw).Select(static p => p.Key + (p.Value is null ? "" : "=" + p.Value))));

    [Theory]
    [InlineData("a=%FF")]
    [InlineData("%C3=1")]
    [InlineData("a=%ED%A0%80")]
    public void Bytes_that_are_not_UTF8_are_PGRST100(string raw) =>
        Assert.Equal("PGRST100", Assert.Throws<ApiException>(() => QueryParams.Parse(raw)).Error.Code);

    [Fact]
    public void Duplicates_are_resolved_per_kind_of_parameter()
    {
        var query = QueryParams.Parse("select=id&select=x&order=a&order=b&t.order=c&limit=1&limit=3&t.limit=4&a=eq.1&a=eq.2&or=(a.eq.1)&or=(b.eq.1)&id");
        Assert.Equal("[id]", Snapshot.Of(query.Select));
        Assert.Equal("/[a]; t/[c]", string.Join("; ", query.Orders.Select(static o => string.Join('.', o.Path) + "/" + Snapshot.Of(o.Items))));
        Assert.Equal(3, query.RootRange.Limit);
        Assert.Equal(4, Assert.Single(query.Ranges).Range.Limit);
        Assert.Equal(2, query.Filters.Length);
        Assert.Equal(2, query.Logic.Length);
    }

    [Theory]
    [InlineData("", false, "*")]
    [InlineData("select", false, "*")]
    [InlineData("select=", true, "*")]
    [InlineData("select=*::int", true, "*")]
    [InlineData("select=*", false, "*")]
    public void An_empty_select_is_a_star_that_is_no_default(string raw, bool isEmpty, string select)
    {
        var query = QueryParams.Parse(raw);
        Assert.Equal((isEmpty, select), (query.SelectIsEmpty, Snapshot.Of(query.Select)));
    }

    [Theory]
    [InlineData("or=()&order=", "failed to parse order")]
    [InlineData("columns=&or=()", "failed to parse logic tree")]
    [InlineData("select=id,&columns=", "failed to parse columns")]
    [InlineData("id=5&select=id,", "failed to parse select")]
    [InlineData("on_conflict=&id=5", "failed to parse filter")]
    [InlineData("id=eq.1&on_conflict=", "failed to parse on_conflict")]
    public void Parameters_are_refused_in_a_fixed_order(string raw, string message) =>
        Assert.Contains(message, Assert.Throws<ApiException>(() => QueryParams.Parse(raw)).Error.Message, StringComparison.Ordinal);

    [Fact]
    public void A_bad_key_of_an_offset_waits_and_names_the_limit() =>
        Assert.Equal("\"failed to parse tree path (a..limit)\" (line 1, column 3)", QueryParams.Parse("a..offset=1").RangeError!.Message);

    [Theory]
    [InlineData("", null, "0..")]
    [InlineData("limit=5", null, "0..4")]
    [InlineData("offset=3", null, "3..")]
    [InlineData("limit=3&offset=6", "5-9", "6..8")]
    [InlineData("limit=0", "1-2", "0..-1")]
    [InlineData("limit=0&offset=0", null, "0..-1")]
    [InlineData("limit=abc", null, "0..")]
    [InlineData("limit=abc&offset=0", null, "0..-1")]
    [InlineData("offset=abc", null, "0..")]
    [InlineData("offset=-3", null, "0..")]
    [InlineData("offset=-1&limit=3", null, "0..1")]
    [InlineData("limit=%202%20", null, "0..1")]
    [InlineData("limit=0x2", null, "0..1")]
    [InlineData("limit=(2)", null, "0..1")]
    [InlineData("limit=%2B2", null, "0..")]
    [InlineData("limit=1.5", null, "0..")]
    [InlineData("limit=2e0", null, "0..")]
    [InlineData("limit=9223372036854775808", null, "0..9223372036854775807")]
    [InlineData("", "3-", "3..")]
    [InlineData("", "items=0-9", "0..")]
    [InlineData("", "-2", "0..")]
    [InlineData("", "0-1,3-4", "0..")]
    public void Root_range_is_header_and_parameters_together(string query, string? header, string expected)
    {
        var range = RowRange.ForRoot(header is null ? RowRange.All : RowRange.FromHeader(header), QueryParams.Parse(query).RootRange);
        Assert.Equal(expected, $"{range.Lower}..{range.Upper}");
    }

    [Theory]
    [InlineData("limit=-1", null, "Limit should")]
    [InlineData("offset=5&limit=0", null, "Limit should")]
    [InlineData("limit=abc&offset=2", null, "Limit should")]
    [InlineData("limit=1", "2-3", "Limit should")]
    [InlineData("", "3-1", "The lower boundary")]
    public void A_range_without_rows_is_PGRST103(string query, string? header, string details)
    {
        var error = Assert.Throws<ApiException>(() =>
            RowRange.ForRoot(header is null ? RowRange.All : RowRange.FromHeader(header), QueryParams.Parse(query).RootRange)).Error;
        Assert.Equal(("PGRST103", 416), (error.Code, error.Status));
        Assert.StartsWith(details, error.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_ordered_by_code_point() =>
        Assert.Equal(["Z", "a", "\uFFFD", "😀"], CodePoints.SortedSet(["😀", "\uFFFD", "a", "Z", "a"]));
}
