using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using Microsoft.AspNetCore.Http;

namespace AutoRest.Server.Tests.Requests;

/// <summary>Routing, schema, and the order of refusals. contract/requests.md §1, §2, §4.</summary>
public sealed class ApiRequestTests
{
    static readonly AppConfig Config = new() { DbSchemas = ["api", "tenant"] };

    [Theory]
    [InlineData("GET", "/todos", "Read { Relation = api.todos, HeadersOnly = False }")]
    [InlineData("HEAD", "/todos", "Read { Relation = api.todos, HeadersOnly = True }")]
    [InlineData("POST", "/todos", "Mutate { Relation = api.todos, Kind = Insert }")]
    [InlineData("PUT", "/todos", "Mutate { Relation = api.todos, Kind = SingleUpsert }")]
    [InlineData("PATCH", "/todos", "Mutate { Relation = api.todos, Kind = Update }")]
    [InlineData("DELETE", "/todos", "Mutate { Relation = api.todos, Kind = Delete }")]
    [InlineData("OPTIONS", "/todos", "RelationInfo { Relation = api.todos }")]
    [InlineData("GET", "/rpc/f", "Call { Routine = api.f, Method = Get }")]
    [InlineData("POST", "/rpc/f", "Call { Routine = api.f, Method = Post }")]
    [InlineData("OPTIONS", "/rpc/f", "RoutineInfo { Routine = api.f }")]
    [InlineData("GET", "/rpc/", "Call { Routine = api., Method = Get }")]
    [InlineData("GET", "/rpc", "Read { Relation = api.rpc, HeadersOnly = False }")]
    [InlineData("GET", "/Odd%20Table", "Read { Relation = api.Odd Table, HeadersOnly = False }")]
    [InlineData("GET", "/a+b%2Fc%FF", "Read { Relation = api.a+b/c\uFFFD, HeadersOnly = False }")]
    [InlineData("GET", "/Straße", "Read { Relation = api.Straße, HeadersOnly = False }")]
    [InlineData("GET", "/", "Inspect { HeadersOnly = False }")]
    [InlineData("GET", "", "Inspect { HeadersOnly = False }")]
    [InlineData("OPTIONS", "/", "RootInfo { }")]
    public void Path_and_method_decide_the_action(string method, string path, string action) =>
        Assert.Equal(action, Parse(method, path, body: "{}").Action.ToString());

    [Theory]
    [InlineData("GET", "/todos/", "PGRST125")]
    [InlineData("GET", "//todos", "PGRST125")]
    [InlineData("GET", "/rpc/f/x", "PGRST125")]
    [InlineData("FROB", "/todos", "PGRST117")]
    [InlineData("POST", "/", "PGRST117")]
    [InlineData("PUT", "/rpc/f", "PGRST101")]
    [InlineData("GET", "/todos?id=5&limit=-1", "PGRST100")]
    [InlineData("POST", "/todos?limit=-1", "PGRST103")]
    [InlineData("PUT", "/todos?limit=1", "PGRST114")]
    [InlineData("POST", "/todos", "PGRST102")]
    [InlineData("GET", "/todos?.limit=1", "PGRST100")]
    public void The_first_stage_that_refuses_decides(string method, string target, string code) =>
        Assert.Equal(code, Assert.Throws<ApiException>(() => Parse(method, target)).Error.Code);

    [Fact]
    public void OPTIONS_attaches_no_ranges() => Assert.NotNull(Parse("OPTIONS", "/todos?.limit=1").Query.RangeError);

    [Fact]
    public void The_root_may_be_disabled_or_a_function()
    {
        var disabled = Config with { OpenApiMode = OpenApiMode.Disabled };
        Assert.Equal("PGRST126", Assert.Throws<ApiException>(() => Parse("FROB", "/", config: disabled)).Error.Code);
        var root = Config with { DbRootSpec = new QualifiedIdentifier("other", "doc") };
        Assert.Equal("Call { Routine = api.doc, Method = Get }", Parse("GET", "/", config: root).Action.ToString());
    }

    [Theory]
    [InlineData("/rest/v1/todos?id=eq.1", "Read { Relation = api.todos, HeadersOnly = False }", "/todos")]
    [InlineData("/rest/v1/rpc/f", "Call { Routine = api.f, Method = Get }", "/rpc/f")]
    [InlineData("/rest/v1/rest", "Read { Relation = api.rest, HeadersOnly = False }", "/rest")]
    [InlineData("/rest/v1/", "Inspect { HeadersOnly = False }", "/")]
    [InlineData("/rest/v1", "Inspect { HeadersOnly = False }", "")]
    [InlineData("/rest/v1?select=id", "Inspect { HeadersOnly = False }", "")]
    public void Below_the_base_path_everything_is_as_without_one(string target, string action, string path)
    {
        var request = Parse("GET", target, config: Config with { BasePath = "/rest/v1" });
        Assert.Equal(action, request.Action.ToString());
        Assert.Equal(path, request.Head.Path);
    }

    [Theory]
    [InlineData("/todos")]
    [InlineData("/")]
    [InlineData("/rest/v10")]
    [InlineData("/rest/v1x/todos")]
    [InlineData("/REST/v1/todos")]
    [InlineData("/rest/v1//todos")]
    [InlineData("/x?/rest/v1/todos")]
    [InlineData("/rest?/v1/todos")]
    public void Outside_of_the_base_path_is_PGRST125(string target) =>
        Assert.Equal("PGRST125", Assert.Throws<ApiException>(() => Parse("GET", target, config: Config with { BasePath = "/rest/v1" })).Error.Code);

    [Theory]
    [InlineData("GET", "Accept-Profile", "tenant", "tenant")]
    [InlineData("GET", "Content-Profile", "tenant", "api")]
    [InlineData("POST", "Content-Profile", "tenant", "tenant")]
    [InlineData("POST", "Accept-Profile", "nope", "api")]
    public void The_method_decides_which_profile_header_counts(string method, string header, string value, string schema) =>
        Assert.Equal(schema, Parse(method, "/todos", body: "{}", headers: [(header, value)]).Schema);

    [Fact]
    public void A_schema_is_negotiated_when_asked_for_or_one_of_several()
    {
        var single = Config with { DbSchemas = ["api"] };
        Assert.True(Parse("GET", "/todos").SchemaNegotiated);
        Assert.False(Parse("GET", "/todos", config: single).SchemaNegotiated);
        Assert.True(Parse("GET", "/todos", config: single, headers: [("Accept-Profile", "api")]).SchemaNegotiated);
    }

    [Theory]
    [InlineData("GET", "b=2&a=1&c=eq.3&x.a=5&select=id", "b=2 a=1 a=5", 1)]
    [InlineData("HEAD", "v=1&v=2", "v=1 v=2", 0)]
    [InlineData("POST", "c=eq.3", "", 1)]
    public void Values_that_are_no_operators_are_arguments_on_GET(string method, string query, string arguments, int filters)
    {
        var request = Parse(method, "/rpc/f?" + query);
        Assert.Equal(arguments, string.Join(' ', request.Query.Arguments.Select(static a => $"{a.Name}={a.Value}")));
        Assert.Equal(filters, request.Query.Filters.Length);
    }

    [Fact]
    public void Only_GET_looks_at_the_range_header()
    {
        Assert.Equal(1, Parse("GET", "/todos", headers: [("Range", "1-2")]).Range.Lower);
        Assert.True(Parse("HEAD", "/todos", headers: [("Range", "1-2")]).Range.IsAll);
    }

    [Theory]
    [InlineData("POST", "/todos", "x")]
    [InlineData("PATCH", "/todos", "x")]
    [InlineData("PUT", "/todos", "b")]
    [InlineData("POST", "/rpc/f", "x")]
    public void Columns_replace_the_keys_except_on_PUT(string method, string path, string keys) =>
        Assert.Equal(keys, string.Join(',', Parse(method, path + "?columns=x", body: "{\"b\":1}").Payload!.Keys));

    [Theory]
    [InlineData("GET", "/todos")]
    [InlineData("DELETE", "/todos")]
    [InlineData("GET", "/rpc/f")]
    public void Other_actions_have_no_body(string method, string path) => Assert.Null(Parse(method, path, body: "{broken").Payload);

    static ApiRequest Parse(string method, string target, string body = "", AppConfig? config = null, (string Name, string Value)[]? headers = null)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers ?? [])
        {
            dictionary[name] = value;
        }

        config ??= Config;
        return ApiRequest.Parse(RequestHead.Of(method, target, dictionary, config.BasePath), Encoding.UTF8.GetBytes(body), config);
    }
}
