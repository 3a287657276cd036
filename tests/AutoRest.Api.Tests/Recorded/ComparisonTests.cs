using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Recorded;

/// <summary>The comparison decides what all recorded cases mean: each rule has a row that must differ and one that must not.</summary>
public sealed class ComparisonTests
{
    const string Json = """{"content-type": "application/json; charset=utf-8"}""";

    [Theory]
    [InlineData("""{"a":1,"b":[true,null]}""", """ { "b" : [ true , null ], "a" : 1 } """)]
    [InlineData("""{"a":"\u00e9\n"}""", "{\"a\":\"é\\u000a\"}")]
    [InlineData("""[1.0,1e5,-0]""", "[ 1.0, 1e5, -0 ]")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2,"a":1}""")]
    [InlineData("not json", "not json")]
    public void Equal_json_has_no_difference(string expected, string actual) =>
        Assert.Empty(Compare(Case(expected, Json), Response(actual)));

    [Theory]
    [InlineData("1.0", "1.00")]
    [InlineData("1", "1.0")]
    [InlineData("100", "1e2")]
    [InlineData("0", "-0")]
    [InlineData("1", "\"1\"")]
    [InlineData("1", "true")]
    [InlineData("null", "\"\"")]
    [InlineData("[]", "{}")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("""["a,b"]""", """["a","b"]""")]
    [InlineData("""{"a":1}""", """{"a":1,"a":1}""")]
    [InlineData("""{"a":1}""", """{"A":1}""")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("[1]", "[1]]")]
    [InlineData("[1]", "[1] x")]
    [InlineData("[1]", "[1,]")]
    [InlineData("[1]", "")]
    [InlineData("", "[1]")]
    [InlineData("\"a\"", "\"\\ud800\"")]
    public void Other_json_is_a_difference(string expected, string actual) =>
        Assert.StartsWith("body: ", Assert.Single(Compare(Case(expected, Json), Response(actual))), StringComparison.Ordinal);

    [Theory]
    [InlineData("id,name\n1,x", "id,name\n1,x", true)]
    [InlineData("id,name\n1,x", "id,name\n1,x\n", false)]
    [InlineData("[1]", "[ 1 ]", false)]
    public void Text_is_compared_exactly(string expected, string actual, bool same) =>
        Assert.Equal(same, Compare(Case(expected, """{"content-type": "text/csv"}"""),
            Response(actual, contentType: "text/csv")).IsEmpty);

    [Theory]
    [InlineData("""{"key_order":true}""", """{"a":1,"b":2}""", """{"a":1, "b":2}""", true)]
    [InlineData("""{"key_order":true}""", """{"a":1,"b":2}""", """{"b":2,"a":1}""", false)]
    [InlineData("""{"body":"ignore"}""", null, "anything", true)]
    [InlineData("""{"body":"code"}""", """{"code":"42703","message":"column x"}""", """{"message":"column y","code":"42703"}""", true)]
    [InlineData("""{"body":"code"}""", """{"code":"42703"}""", """{"code":"42704"}""", false)]
    [InlineData("""{"body":"code"}""", """{"code":"42703"}""", """{"message":"column y"}""", false)]
    [InlineData("""{"body":"code"}""", """{"code":"42703"}""", "[]", false)]
    [InlineData("""{"body":"code"}""", """{"code":"42703"}""", "oops", false)]
    [InlineData("""{"body":"keys"}""", """[["Execution Time", "Plan"]]""", """[{"Plan":{"Cost":1.5},"Execution Time":3},{"x":1}]""", true)]
    [InlineData("""{"body":"keys"}""", """[["Execution Time", "Plan"]]""", """[{"Plan":{"Cost":1.5}}]""", false)]
    [InlineData("""{"body":"keys"}""", """["Plan"]""", "Plan", false)]
    [InlineData("""{"body":"regex","regex":"cost="}""", "cost=", "Aggregate (cost=0.1..2)", true)]
    [InlineData("""{"body":"regex","regex":"cost="}""", "cost=", "Aggregate", false)]
    [InlineData("""{"body":"project","project":[["a","b/c"],["z"]]}""", """{"a/b~1c":{"n":1},"z":null}""", """{"a":{"b/c":{"n":1},"d":2}}""", true)]
    [InlineData("""{"body":"project","project":[["a","b/c"],["z"]]}""", """{"a/b~1c":{"n":1},"z":null}""", """{"a":{"b/c":{"n":2}}}""", false)]
    [InlineData("""{"body":"project","project":[["a"]]}""", """{"a":1.5}""", """{"a":1.50}""", true)]
    [InlineData("""{"body":"project","project":[["a"]]}""", """{"a":1}""", """{"a":1.0}""", false)]
    [InlineData("""{"body":"project","project":[["a"]]}""", """{"a":null}""", "[]", true)]
    public void A_check_changes_how_the_body_is_compared(string check, string? expected, string actual, bool same) =>
        Assert.Equal(same, Compare(Case(expected, Json, check), Response(actual)).IsEmpty);

    [Theory]
    [InlineData("""{"x-a":"1"}""", "X-A: 1", true)]
    [InlineData("""{"x-a":"1"}""", "X-A: 2", false)]
    [InlineData("""{"x-a":"1"}""", "", false)]
    [InlineData("""{"x-a":"1"}""", "X-A: 1|X-A: 1", false)]
    [InlineData("""{"x-a":["1","2"]}""", "X-A: 1|X-B: 3|x-a: 2", true)]
    [InlineData("""{"x-a":["1","2"]}""", "X-A: 2|X-A: 1", false)]
    [InlineData("""{"x-a":["1","2"]}""", "X-A: 1, 2", false)]
    [InlineData("""{"vary":null}""", "", true)]
    [InlineData("""{"vary":null}""", "Vary: Accept", false)]
    [InlineData("{}", "X-Anything: 1", true)]
    [InlineData("{}", "Location: /a", false)]
    [InlineData("{}", "Set-Cookie: a=b", false)]
    [InlineData("{}", "Content-Location: /a", false)]
    [InlineData("""{"server-timing":"jwt;dur=0.0, plan;dur=0.0"}""", "Server-Timing: jwt;dur=1.25, plan;dur=33", true)]
    [InlineData("""{"server-timing":"jwt;dur=0.0, plan;dur=0.0"}""", "Server-Timing: plan;dur=33, jwt;dur=1.25", false)]
    public void Recorded_headers_are_compared_and_watched_ones_must_not_appear(string expected, string actual, bool same) =>
        Assert.Equal(same, Compare(Case("x", expected), Response("x", headers: actual)).IsEmpty);

    [Theory]
    [InlineData("""{"skip":["content-location"]}""", true)]
    [InlineData("""{"skip":["location"]}""", false)]
    public void A_skipped_header_may_appear(string check, bool same) =>
        Assert.Equal(same, Compare(Case("x", "{}", check), Response("x", headers: "Content-Location: /a")).IsEmpty);

    [Fact]
    public void Another_status_is_a_difference() =>
        Assert.Equal(["status: expected 200, got 201"], Compare(Case("x", "{}"), Response("x", headers: "") with { Status = 201 }));

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void The_reason_phrase_is_compared_only_where_recorded(bool recorded, int differences)
    {
        var expected = Case("x", "{}");
        expected = expected with { Response = expected.Response with { Reason = recorded ? "Pay first" : null } };
        Assert.Equal(differences, Compare(expected, Response("x", headers: "") with { Reason = "OK" }).Length);
    }

    [Theory]
    [InlineData("/wD/", true)]
    [InlineData("/wD+", false)]
    [InlineData("eA==", false)]
    public void Bytes_that_are_not_text_are_compared_exactly(string actual, bool same)
    {
        var expected = Case(null, "{}");
        expected = expected with { Response = expected.Response with { BodyBase64 = "/wD/" } };
        Assert.Equal(same, Compare(expected, Response("", headers: "") with { Body = Convert.FromBase64String(actual) }).IsEmpty);
    }

    [Fact]
    public void Every_recorded_answer_that_is_kept_whole_equals_itself() =>
        Assert.All(
            Corpus.Cases.Where(c => c.Check.Body is null or "ignore" or "code"),
            recorded => Assert.Empty(Compare(recorded, Itself(recorded))));

    static ImmutableArray<string> Compare(RecordedCase expected, RawResponse actual) => Comparison.Differences(expected, actual);

    static RecordedCase Case(string? body, string headers, string check = "{}") => RecordedCase.Parse("file",
        $$$"""
        {"name": "name", "config": "base", "request": {"method": "GET", "path": "/", "headers": {}, "body": null},
         "response": {"status": 200, "headers": {{{headers}}}, "body": {{{JsonSerializer.Serialize(body)}}}}, "check": {{{check}}}}
        """);

    static RawResponse Response(string body, string? headers = null, string? contentType = "application/json; charset=utf-8")
    {
        var lines = headers?.Split('|', StringSplitOptions.RemoveEmptyEntries) ?? [$"Content-Type: {contentType}"];
        return new(200, "OK", [.. lines.Select(l => l.Split(": ")).Select(l => KeyValuePair.Create(l[0], l[1]))], Encoding.UTF8.GetBytes(body));
    }

    static RawResponse Itself(RecordedCase recorded)
    {
        var response = recorded.Response;
        return new(response.Status, response.Reason ?? "",
            [.. from header in response.Headers
                from value in header.Value ?? []
                select KeyValuePair.Create(header.Key, value)],
            response.BodyBase64 is { } base64 ? Convert.FromBase64String(base64) : Encoding.UTF8.GetBytes(response.Body ?? ""));
    }
}
