using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using AutoRest.Introspection;

namespace AutoRest.Server.OpenApi;

/// <summary>
/// The document as OpenAPI 3.1: what the API really does, for this caller. Operations nobody may call with the privileges at hand are left out.
/// Paths come first, since the parameters they share are known only then; the order of members says nothing. contract/openapi.md §9.
/// </summary>
sealed partial class OpenApiWriter
{
    const string RoutineTag = "functions (rpc)";

    readonly Utf8JsonWriter _json;
    readonly ApiModel _model;
    readonly ComponentNames _operations = new();

    /// <summary>Component names of the relations' schemas.</summary>
    readonly Dictionary<string, string> _schemas = new(StringComparer.Ordinal);

    OpenApiWriter(Utf8JsonWriter json, ApiModel model)
    {
        _json = json;
        _model = model;
        var names = new ComponentNames("Error", "Filter");
        foreach (var relation in model.Relations)
        {
            _schemas[relation.Name] = names.Of(relation.Name, ".insert", ".update");
        }
    }

    public static void Write(IBufferWriter<byte> output, ApiModel model)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        new OpenApiWriter(json, model.MayUseSchema ? model : model with { Relations = [], Routines = [] }).WriteDocument();
    }

    void WriteDocument()
    {
        _json.WriteStartObject();
        _json.WriteString("openapi", "3.1.0");
        _json.WriteStartObject("info");
        _json.WriteString("title", _model.Title);
        WriteOptional("description", _model.Description);
        _json.WriteString("version", Contract.Version);
        _json.WriteEndObject();
        WriteServers();
        WriteSecurity();
        WriteTags();
        _json.WriteStartObject("paths");
        foreach (var relation in _model.Relations)
        {
            WriteRelation(relation);
        }

        foreach (var group in _model.Routines)
        {
            WriteRoutine(group);
        }

        _json.WriteEndObject();
        _json.WriteStartObject("components");
        WriteSchemas();
        WriteParameters();
        WriteHeaders();
        WriteResponses();
        WriteSecuritySchemes();
        _json.WriteEndObject();
        _json.WriteStartObject("externalDocs");
        _json.WriteString("description", "The query language of this API");
        _json.WriteString("url", "https://postgrest.org/en/v16/references/api.html");
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteServers()
    {
        var address = _model.Address;
        _json.WriteStartArray("servers");
        _json.WriteStartObject();

        // Without a configured address only the one the document was read from is sure to be right.
        _json.WriteString("url", address.IsProxied ? $"{address.Scheme}://{address.Host}{address.BasePath.TrimEnd('/')}" : address.BasePath);
        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    bool HasSecurity => _model.Security.IsActive || _model.Security.TakesTokens;

    void WriteSecurity()
    {
        if (!HasSecurity)
        {
            // Said, because silence may also mean that it was forgotten.
            WriteTexts("security", []);
            return;
        }

        _json.WriteStartArray("security");
        if (_model.Security.AllowsAnonymous)
        {
            _json.WriteStartObject();
            _json.WriteEndObject();
        }

        _json.WriteStartObject();
        WriteTexts("bearerAuth", []);
        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    void WriteSecuritySchemes()
    {
        if (!HasSecurity)
        {
            return;
        }

        _json.WriteStartObject("securitySchemes");
        _json.WriteStartObject("bearerAuth");
        _json.WriteString("type", "http");
        _json.WriteString("scheme", "bearer");
        _json.WriteString("bearerFormat", "JWT");
        _json.WriteString("description", "A token whose role claim names the database role requests run as.");
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteTags()
    {
        _json.WriteStartArray("tags");
        foreach (var relation in _model.Relations)
        {
            _json.WriteStartObject();
            _json.WriteString("name", relation.Name);
            _json.WriteString("description", relation.Table.Description ?? KindOf(relation.Table));
            _json.WriteEndObject();
        }

        if (!_model.Routines.IsEmpty)
        {
            _json.WriteStartObject();
            _json.WriteString("name", RoutineTag);
            _json.WriteString("description", "Functions of the database.");
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    static string KindOf(Table table) => table.Kind switch
    {
        RelationKind.View => "A view.",
        RelationKind.MaterializedView => "A materialized view.",
        RelationKind.ForeignTable => "A foreign table.",
        _ => "A table.",
    };

    void WriteReference(string target)
    {
        _json.WriteStartObject();
        _json.WriteString("$ref", "#/components/" + target);
        _json.WriteEndObject();
    }

    void WriteReference(string member, string target)
    {
        _json.WritePropertyName(member);
        WriteReference(target);
    }

    void WriteOptional(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _json.WriteString(name, value);
        }
    }

    void WriteTexts(string name, ImmutableArray<string> texts)
    {
        _json.WriteStartArray(name);
        foreach (var text in texts)
        {
            _json.WriteStringValue(text);
        }

        _json.WriteEndArray();
    }
}
