using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.OpenApi;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Tests.OpenApi;

/// <summary>contract/openapi.md §4, §5, §9.</summary>
public sealed class PartsTests
{
    [Theory]
    [InlineData("'basic'::text", "text", "\"basic\"")]
    [InlineData("now()", "timestamp with time zone", "\"now()\"")]
    [InlineData("3", "integer", "3")]
    [InlineData("false", "boolean", "false")]
    [InlineData("'ok'::api.mood", "api.mood", "\"ok\"")]
    [InlineData("'abc'::bpchar", "character", "\"'abc'::bpchar\"")]
    [InlineData("nextval('api.s'::regclass)", "integer", null)]
    [InlineData("'{}'::jsonb", "jsonb", null)]
    [InlineData("'{}'::text[]", "text[]", null)]
    [InlineData("'say \"hi\"'::text", "text", null)]
    public void A_default_becomes_JSON_as_in_the_reference(string expression, string type, string? expected) =>
        Assert.Equal(expected, SwaggerTypes.DefaultOf(expression, type) is { } json ? Encoding.UTF8.GetString(json) : null);

    [Theory]
    [InlineData("'it''s'::text", "text", "\"it\\u0027s\"")]
    [InlineData("'abc'::bpchar", "character", "\"abc\"")]
    [InlineData("'a'::text || 'b'::text", "text", null)]
    [InlineData("now()", "date", null)]
    [InlineData("'2024-01-01 00:00:00+00'::timestamp with time zone", "timestamp with time zone", null)]
    [InlineData("0.19", "numeric", "0.19")]
    [InlineData("'-1'::integer", "integer", "-1")]
    [InlineData("nextval('s'::regclass)", "integer", null)]
    [InlineData("true", "boolean", "true")]
    [InlineData("'{}'::text[]", "text[]", "[]")]
    [InlineData("'unfinished", "text", "\"unfinished\"")]
    public void Only_a_constant_default_is_a_default(string expression, string type, string? expected) =>
        Assert.Equal(expected, JsonType.Of(type, NoTypes).ConstantOf(expression) is { } json ? Encoding.UTF8.GetString(json) : null);

    [Theory]
    [InlineData("integer", "integer", "int32")]
    [InlineData("numeric", "number", "decimal")]
    [InlineData("text", "string", null)]
    [InlineData("timestamp with time zone", "string", "date-time")]
    [InlineData("daterange", "string", "daterange")]
    [InlineData("jsonb", null, "jsonb")]
    [InlineData("api.unknown", null, "api.unknown")]
    [InlineData("api.box", "object", "api.box")]
    [InlineData("api.mood", "string", "api.mood")]
    [InlineData("integer[]", "array", null)]
    public void A_type_is_what_its_JSON_is(string type, string? name, string? format)
    {
        var json = JsonType.Of(type, Types);
        Assert.Equal((name, format), (json.Name, json.Format));
    }

    [Fact]
    public void A_composite_type_is_an_object_of_its_attributes()
    {
        var box = JsonType.Of("api.box[]", Types).Element!;
        Assert.Equal(("object", "api.box"), (box.Name, box.Format));
        Assert.Equal(["width", "mood", "lid"], box.Members.Select(static m => m.Name));
        Assert.Equal(["number", "string", "object"], box.Members.Select(static m => m.Type.Name));
        Assert.Equal(["ok"], box.Members[1].Type.Labels);
        Assert.Equal("api.mood", box.Members[2].Type.Members.Single().Type.Element!.Format);
    }

    static readonly FrozenDictionary<string, NamedType> Types = new Dictionary<string, NamedType>
    {
        ["api.mood"] = new(["ok"], []),
        ["api.box"] = new([], [new("width", "numeric"), new("mood", "api.mood"), new("lid", "api.lid")]),
        ["api.lid"] = new([], [new("moods", "api.mood[]")]),
    }.ToFrozenDictionary();

    [Fact]
    public void Names_that_become_alike_are_told_apart_by_a_number()
    {
        var names = new ComponentNames("Error");
        Assert.Equal(["a_b", "a_b_2", "Error_2", "_"], [names.Of("a b", ".insert"), names.Of("a/b", ".insert"), names.Of("Error"), names.Of("")]);
        Assert.Equal("a_b.insert_2", names.Of("a b.insert"));
    }

    [Fact]
    public void A_comment_is_its_first_line_and_the_rest()
    {
        Assert.Equal(new Comment("One", null), Comment.Of("One"));
        Assert.Equal(new Comment("One", "Two\n\nThree"), Comment.Of("One\n\nTwo\n\nThree"));
        Assert.Equal(default, Comment.Of(null));
    }

    [Theory]
    [InlineData("/", "*/*", DocumentVersion.Swagger2, "application/openapi+json")]
    [InlineData("/", "text/html, */*;q=0.1", DocumentVersion.Swagger2, "application/openapi+json")]
    [InlineData("/", "application/openapi+json", DocumentVersion.Swagger2, "application/openapi+json")]
    [InlineData("/", "application/openapi+json; version=3.1", DocumentVersion.OpenApi31, "application/openapi+json")]
    [InlineData("/", "application/openapi+json;version=\"3.1\"", DocumentVersion.OpenApi31, "application/openapi+json")]
    [InlineData("/", "application/openapi+json;version=2.0", DocumentVersion.Swagger2, "application/openapi+json")]
    [InlineData("/", "application/vnd.oai.openapi+json;version=3.0", DocumentVersion.OpenApi31, "application/vnd.oai.openapi+json;version=3.1")]
    [InlineData("/.well-known/openapi.json", "*/*", DocumentVersion.OpenApi31, "application/json")]
    [InlineData("/.well-known/openapi.json", "application/openapi+json", DocumentVersion.OpenApi31, "application/openapi+json")]
    public void Path_and_accepted_type_choose_the_version(string path, string accept, DocumentVersion version, string label)
    {
        var plan = Assert.IsType<ActionPlan.Inspect>(PlanOf(path, accept, SampleSchema.Config));
        Assert.Equal((version, label), (plan.Version, plan.MediaType.Name));
    }

    [Theory]
    [InlineData("/", "text/csv", "PGRST107")]
    [InlineData("/.well-known/openapi.json", "text/csv", "PGRST107")]
    [InlineData("/.well-known/openapi.json/", "*/*", "PGRST125")]
    [InlineData("/.well-known/other.json", "*/*", "PGRST125")]
    public void Other_types_and_paths_are_refused(string path, string accept, string code) =>
        Assert.Equal(code, Assert.Throws<ApiException>(() => PlanOf(path, accept, SampleSchema.Config)).Error.Code);

    [Fact]
    public void A_disabled_root_has_no_document_at_its_path_either() => Assert.Equal(
        "PGRST126",
        Assert.Throws<ApiException>(() => PlanOf("/.well-known/openapi.json", "*/*", SampleSchema.Config with { OpenApiMode = OpenApiMode.Disabled })).Error.Code);

    static ActionPlan PlanOf(string path, string accept, AppConfig config)
    {
        var head = new RequestHead("GET", path, "", new Microsoft.AspNetCore.Http.HeaderDictionary { ["Accept"] = accept });
        return Planner.Plan(ApiRequest.Parse(head, default, config), SampleSchema.Cache, config);
    }

    static readonly FrozenDictionary<string, NamedType> NoTypes = FrozenDictionary<string, NamedType>.Empty;
}
