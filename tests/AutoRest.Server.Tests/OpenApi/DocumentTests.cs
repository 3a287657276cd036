using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using AutoRest.Server.Configuration;
using AutoRest.Server.OpenApi;
using AutoRest.Server.Tests.Requests;

namespace AutoRest.Server.Tests.OpenApi;

/// <summary>Whole documents, against files that <c>UPDATE_CASES=1</c> rewrites.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void The_Swagger_document_is_the_golden_one() => CompareWithFile("tenant.swagger.json", Swagger(null));

    [Fact]
    public void The_OpenAPI_document_is_the_golden_one() => CompareWithFile("tenant.openapi.json", OpenApi(null));

    [Fact]
    public void Operators_that_can_be_used_are_named()
    {
        var config = SampleSchema.Config with { Operators = CustomOperators.Parse(["near:<->", "gone:<~~~>"]) };
        var cache = SampleSchema.Cache with
        {
            Operators = new Dictionary<AutoRest.Introspection.QualifiedIdentifier, ImmutableArray<AutoRest.Introspection.OperatorOverload>>
            {
                [new("", "<->")] = [new("point", "point", false)],
                [new("", "<~~~>")] = [],
            }.ToFrozenDictionary(),
        };
        var output = new ArrayBufferWriter<byte>();
        OpenApiWriter.Write(output, ApiModelBuilder.Build(cache, config, "tenant", null));
        using var document = JsonDocument.Parse(output.WrittenMemory);
        var components = document.RootElement.GetProperty("components");
        foreach (var part in new[]
        {
            components.GetProperty("schemas").GetProperty("Filter"), components.GetProperty("parameters").GetProperty("select"),
            components.GetProperty("parameters").GetProperty("order"),
        })
        {
            var description = part.GetProperty("description").GetString();
            Assert.Contains(": `near`.", description, StringComparison.Ordinal);
            Assert.DoesNotContain("gone", description, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_reference_of_the_documents_has_a_target()
    {
        foreach (var text in (string[])[Swagger(null), OpenApi(null)])
        {
            using var document = JsonDocument.Parse(text);
            Assert.All(References(document.RootElement), r => Assert.True(Resolves(document.RootElement, r), r));
        }
    }

    [Fact]
    public void No_member_of_the_documents_comes_twice()
    {
        foreach (var text in (string[])[Swagger(null), OpenApi(null)])
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
    }

    [Fact]
    public void An_operation_without_its_privilege_is_left_out_of_OpenAPI()
    {
        var visible = VisibleObjects.Parse("""
            ["schema", true]
            ["relation", "entries", true, false, false, true]
            """u8);
        using var document = JsonDocument.Parse(OpenApi(visible));
        var paths = document.RootElement.GetProperty("paths");
        Assert.Equal(["/entries"], paths.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(["get", "delete"], paths.GetProperty("/entries").EnumerateObject().Select(static o => o.Name));
    }

    [Fact]
    public void Without_use_of_the_schema_OpenAPI_has_no_paths_and_Swagger_has_them()
    {
        var visible = VisibleObjects.Parse("""
            ["schema", false]
            ["relation", "entries", true, true, true, true]
            """u8);
        using var openApi = JsonDocument.Parse(OpenApi(visible));
        using var swagger = JsonDocument.Parse(Swagger(visible));
        Assert.Empty(openApi.RootElement.GetProperty("paths").EnumerateObject());
        Assert.True(swagger.RootElement.GetProperty("paths").TryGetProperty("/entries", out _));
    }

    [Fact]
    public void An_embed_of_an_invisible_relation_is_left_out()
    {
        var visible = VisibleObjects.Parse("""
            ["schema", true]
            ["relation", "accounts", true, true, true, true]
            """u8);
        using var document = JsonDocument.Parse(OpenApi(visible));
        var properties = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("accounts").GetProperty("properties");
        Assert.True(properties.TryGetProperty("accounts", out _));
        Assert.False(properties.TryGetProperty("entries", out _));
    }

    [Fact]
    public void Argument_types_are_printed_as_the_search_path_prints_them_in_Swagger()
    {
        var visible = VisibleObjects.Parse(Encoding.UTF8.GetBytes($"""["routine", {SampleSchema.Tags}, ["text[]", "json", "level"]]"""));
        using var document = JsonDocument.Parse(Swagger(visible));
        var parameters = document.RootElement.GetProperty("paths").GetProperty("/rpc/tags").GetProperty("get").GetProperty("parameters");
        Assert.Equal("level", parameters[2].GetProperty("format").GetString());
    }

    [Fact]
    public void Columns_named_like_keywords_are_quoted_in_filters()
    {
        using var document = JsonDocument.Parse(OpenApi(null));
        var names = document.RootElement.GetProperty("components").GetProperty("parameters").EnumerateObject()
            .Where(static p => p.Name.StartsWith("filter.", StringComparison.Ordinal)).Select(static p => p.Value.GetProperty("name").GetString()).ToList();
        Assert.Contains("\"order\"", names);
        Assert.Contains("\"per%cent\"", names);
        Assert.Contains("\"quo\\\"te\"", names);
        Assert.Contains("account_id", names);
    }

    [Theory]
    [InlineData("https://api.example.test/v1", "api.example.test:443", "/v1", "https")]
    [InlineData("http://api.example.test:8080", "api.example.test:8080", "/", "http")]
    [InlineData(null, "0.0.0.0:3000", "/", "http")]
    public void The_address_is_the_proxys_with_its_port(string? proxy, string host, string path, string scheme)
    {
        var model = ApiModelBuilder.Build(SampleSchema.Cache, SampleSchema.Config with { OpenApiServerProxyUri = proxy }, "tenant", null);
        Assert.Equal((host, path, scheme), (model.Address.Host, model.Address.BasePath, model.Address.Scheme));
    }

    static string Swagger(VisibleObjects? visible) => Write(SwaggerWriter.Write, visible);

    static string OpenApi(VisibleObjects? visible) => Write(OpenApiWriter.Write, visible);

    static string Write(Action<IBufferWriter<byte>, ApiModel> write, VisibleObjects? visible)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output, ApiModelBuilder.Build(SampleSchema.Cache, SampleSchema.Config, "tenant", visible));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    static void CompareWithFile(string name, string json)
    {
        var file = Path.Combine(RecordedCases.Root, "tests", "AutoRest.Server.Tests", "OpenApi", name);
        using var document = JsonDocument.Parse(json);
        var text = JsonSerializer.Serialize(document.RootElement, Indented) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_CASES") == "1" && Environment.GetEnvironmentVariable("CI") is null)
        {
            File.WriteAllText(file, text);
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text.ReplaceLineEndings("\n"));
    }

    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static m =>
            m.NameEquals("$ref") && m.Value.ValueKind == JsonValueKind.String ? [m.Value.GetString()!] : References(m.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    static bool Resolves(JsonElement root, string reference)
    {
        foreach (var part in reference["#/".Length..].Split('/'))
        {
            if (!root.TryGetProperty(part, out root))
            {
                return false;
            }
        }

        return true;
    }
}
