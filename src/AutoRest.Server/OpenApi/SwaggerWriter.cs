using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AutoRest.Server.OpenApi;

/// <summary>The document as Swagger 2.0, member by member what the reference says. contract/openapi.md §2–§7.</summary>
sealed class SwaggerWriter
{
    static readonly ImmutableArray<string> RowTypes =
        ["application/json", "application/vnd.pgrst.object+json;nulls=stripped", "application/vnd.pgrst.object+json", "text/csv"];

    static readonly ImmutableArray<string> RoutineTypes = RowTypes[..3];

    static readonly ImmutableArray<string> Returns = ["return=representation", "return=minimal", "return=none"];

    readonly Utf8JsonWriter _json;

    SwaggerWriter(Utf8JsonWriter json) => _json = json;

    public static void Write(IBufferWriter<byte> output, ApiModel model)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        new SwaggerWriter(json).WriteDocument(model);
    }

    void WriteDocument(ApiModel model)
    {
        _json.WriteStartObject();
        _json.WriteString("swagger", "2.0");
        _json.WriteStartObject("info");
        _json.WriteString("title", model.Title);
        _json.WriteString("description", model.Description);
        _json.WriteString("version", Contract.Version);
        _json.WriteEndObject();
        _json.WriteStartObject("externalDocs");
        _json.WriteString("description", "PostgREST Documentation");
        _json.WriteString("url", "https://postgrest.org/en/v16/references/api.html");
        _json.WriteEndObject();
        _json.WriteString("host", model.Address.Host);
        _json.WriteString("basePath", model.Address.BasePath);
        WriteTexts("schemes", [model.Address.Scheme]);
        WriteTexts("consumes", RowTypes);
        WriteTexts("produces", RowTypes);
        WriteDefinitions(model);
        WriteParameters(model);
        WritePaths(model);
        WriteSecurity(model.Security);
        _json.WriteEndObject();
    }

    void WriteSecurity(ApiSecurity security)
    {
        if (!security.IsActive)
        {
            return;
        }

        _json.WriteStartObject("securityDefinitions");
        _json.WriteStartObject("JWT");
        _json.WriteString("type", "apiKey");
        _json.WriteString("in", "header");
        _json.WriteString("name", "Authorization");
        _json.WriteString("description", "Add the token prepending \"Bearer \" (without quotes) to it");
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteStartArray("security");
        _json.WriteStartObject();
        WriteTexts("JWT", []);
        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    void WriteDefinitions(ApiModel model)
    {
        _json.WriteStartObject("definitions");
        foreach (var relation in model.Relations)
        {
            _json.WriteStartObject(relation.Name);
            _json.WriteString("type", "object");
            WriteOptional("description", relation.Table.Description);
            var required = relation.Columns.Where(static c => !c.Column.Nullable).Select(static c => c.Column.Name).ToImmutableArray();
            if (!required.IsEmpty)
            {
                WriteTexts("required", required);
            }

            if (!relation.Columns.IsEmpty)
            {
                _json.WriteStartObject("properties");
                foreach (var column in relation.Columns)
                {
                    WriteColumn(column);
                }

                _json.WriteEndObject();
            }

            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    void WriteColumn(ColumnModel model)
    {
        var column = model.Column;
        _json.WriteStartObject(column.Name);
        WriteType(column.DataType);
        if (column.MaxLength is { } length)
        {
            _json.WriteNumber("maxLength", length);
        }

        if (!column.EnumLabels.IsEmpty)
        {
            WriteTexts("enum", column.EnumLabels);
        }

        if (column.Default is { } expression && SwaggerTypes.DefaultOf(expression, column.DataType) is { } value)
        {
            _json.WritePropertyName("default");
            _json.WriteRawValue(value);
        }

        WriteOptional("description", model.Description);
        _json.WriteEndObject();
    }

    void WriteType(string type)
    {
        WriteOptional("type", SwaggerTypes.TypeOf(type));
        _json.WriteString("format", SwaggerTypes.FormatOf(type));
        if (SwaggerTypes.ElementOf(type) is { } element)
        {
            _json.WriteStartObject("items");
            WriteOptional("type", SwaggerTypes.TypeOf(element));
            _json.WriteEndObject();
        }
    }

    void WriteParameters(ApiModel model)
    {
        _json.WriteStartObject("parameters");
        WriteParameter("preferParams", "header", "Prefer", "Preference");
        WriteParameter("preferReturn", "header", "Prefer", "Preference", Returns);
        WriteParameter("preferCount", "header", "Prefer", "Preference", ["count=none"]);
        WriteParameter("preferPost", "header", "Prefer", "Preference", [.. Returns, "resolution=ignore-duplicates", "resolution=merge-duplicates"]);
        WriteParameter("select", "query", "select", "Filtering Columns");
        WriteParameter("on_conflict", "query", "on_conflict", "On Conflict");
        WriteParameter("order", "query", "order", "Ordering");
        WriteParameter("range", "header", "Range", "Limiting and Pagination");
        WriteParameter("rangeUnit", "header", "Range-Unit", "Limiting and Pagination", value: "items");
        WriteParameter("offset", "query", "offset", "Limiting and Pagination");
        WriteParameter("limit", "query", "limit", "Limiting and Pagination");
        foreach (var relation in model.Relations)
        {
            _json.WriteStartObject("body." + relation.Name);
            _json.WriteString("name", relation.Name);
            _json.WriteString("in", "body");
            _json.WriteString("description", relation.Name);
            _json.WriteBoolean("required", false);
            _json.WriteStartObject("schema");
            _json.WriteString("$ref", "#/definitions/" + relation.Name);
            _json.WriteEndObject();
            _json.WriteEndObject();
            foreach (var column in relation.Columns)
            {
                WriteParameter($"rowFilter.{relation.Name}.{column.Column.Name}", "query", column.Column.Name, column.Column.Description);
            }
        }

        _json.WriteEndObject();
    }

    void WriteParameter(string key, string place, string name, string? description, ImmutableArray<string> choices = default, string? value = null)
    {
        _json.WriteStartObject(key);
        _json.WriteString("name", name);
        _json.WriteString("in", place);
        WriteOptional("description", description);
        _json.WriteString("type", "string");
        _json.WriteBoolean("required", false);
        if (!choices.IsDefault)
        {
            WriteTexts("enum", choices);
        }

        WriteOptional("default", value);
        _json.WriteEndObject();
    }

    void WritePaths(ApiModel model)
    {
        _json.WriteStartObject("paths");
        _json.WriteStartObject("/");
        _json.WriteStartObject("get");
        WriteTexts("tags", ["Introspection"]);
        _json.WriteString("summary", "OpenAPI description (this document)");
        WriteTexts("produces", ["application/openapi+json", "application/json"]);
        WriteResponses(("200", "OK"));
        _json.WriteEndObject();
        _json.WriteEndObject();
        foreach (var relation in model.Relations)
        {
            WriteRelation(relation);
        }

        foreach (var group in model.Routines)
        {
            // Overloads share one path: the last survives. contract/openapi.md §7.3.
            WriteRoutine(group.Overloads[^1]);
        }

        _json.WriteEndObject();
    }

    void WriteRelation(RelationModel relation)
    {
        var body = "body." + relation.Name;
        ImmutableArray<string> filters = [.. relation.Columns.Select(c => $"rowFilter.{relation.Name}.{c.Column.Name}")];
        _json.WriteStartObject("/" + relation.Name);
        BeginOperation("get", relation.Name, relation.Comment);
        WriteReferences([.. filters, "select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"]);
        _json.WriteStartObject("responses");
        _json.WriteStartObject("200");
        _json.WriteString("description", "OK");
        _json.WriteStartObject("schema");
        _json.WriteString("type", "array");
        _json.WriteStartObject("items");
        _json.WriteString("$ref", "#/definitions/" + relation.Name);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteStartObject("206");
        _json.WriteString("description", "Partial Content");
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
        if (relation.IsWritable)
        {
            WriteOperation("post", relation, [body, "select", "preferPost"], ("201", "Created"));
            WriteOperation("patch", relation, [.. filters, body, "preferReturn"], ("204", "No Content"));
            WriteOperation("delete", relation, [.. filters, "preferReturn"], ("204", "No Content"));
        }

        _json.WriteEndObject();
    }

    void WriteOperation(string method, RelationModel relation, ImmutableArray<string> parameters, (string Status, string Text) response)
    {
        BeginOperation(method, relation.Name, relation.Comment);
        WriteReferences(parameters);
        WriteResponses(response);
        _json.WriteEndObject();
    }

    void BeginOperation(string method, string tag, Comment comment)
    {
        _json.WriteStartObject(method);
        WriteTexts("tags", [tag]);
        WriteOptional("summary", comment.Summary);
        WriteOptional("description", comment.Description);
    }

    void WriteReferences(ImmutableArray<string> parameters)
    {
        _json.WriteStartArray("parameters");
        foreach (var parameter in parameters)
        {
            WriteReference(parameter);
        }

        _json.WriteEndArray();
    }

    void WriteReference(string parameter)
    {
        _json.WriteStartObject();
        _json.WriteString("$ref", "#/parameters/" + parameter);
        _json.WriteEndObject();
    }

    void WriteResponses((string Status, string Text) response)
    {
        _json.WriteStartObject("responses");
        _json.WriteStartObject(response.Status);
        _json.WriteString("description", response.Text);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteRoutine(RoutineModel model)
    {
        var routine = model.Routine;
        var tag = "(rpc) " + routine.Name.Name;
        _json.WriteStartObject("/rpc/" + routine.Name.Name);
        if (routine.Volatility != Introspection.Volatility.Volatile)
        {
            BeginOperation("get", tag, model.Comment);
            WriteTexts("produces", RoutineTypes);
            if (!routine.Parameters.IsEmpty)
            {
                _json.WriteStartArray("parameters");
                for (var i = 0; i < routine.Parameters.Length; i++)
                {
                    WriteArgument(routine.Parameters[i], model.ParameterTypes[i]);
                }

                _json.WriteEndArray();
            }

            WriteResponses(("200", "OK"));
            _json.WriteEndObject();
        }

        BeginOperation("post", tag, model.Comment);
        WriteTexts("produces", RoutineTypes);
        _json.WriteStartArray("parameters");
        WriteArguments(model);
        WriteReference("preferParams");
        _json.WriteEndArray();
        WriteResponses(("200", "OK"));
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteArgument(Introspection.RoutineParameter parameter, string type)
    {
        _json.WriteStartObject();
        _json.WriteString("name", parameter.Name);
        _json.WriteString("in", "query");
        _json.WriteBoolean("required", parameter.IsRequired);
        if (parameter.IsVariadic)
        {
            var element = SwaggerTypes.ElementOf(type) ?? type;
            _json.WriteString("type", "array");
            _json.WriteString("collectionFormat", "multi");
            _json.WriteStartObject("items");
            WriteScalarType(element);
            _json.WriteEndObject();
        }
        else
        {
            WriteScalarType(type);
        }

        _json.WriteEndObject();
    }

    /// <summary>In a query string arrays and documents are text.</summary>
    void WriteScalarType(string type)
    {
        _json.WriteString("type", SwaggerTypes.TypeOf(type) is { } name and not "array" ? name : "string");
        _json.WriteString("format", SwaggerTypes.FormatOf(type));
    }

    void WriteArguments(RoutineModel model)
    {
        var parameters = model.Routine.Parameters;
        _json.WriteStartObject();
        _json.WriteString("name", "args");
        _json.WriteString("in", "body");
        _json.WriteBoolean("required", true);
        _json.WriteStartObject("schema");
        _json.WriteString("type", "object");
        WriteOptional("description", model.Routine.Description);
        var required = parameters.Where(static p => p.IsRequired).Select(static p => p.Name).ToImmutableArray();
        if (!required.IsEmpty)
        {
            WriteTexts("required", required);
        }

        if (!parameters.IsEmpty)
        {
            _json.WriteStartObject("properties");
            for (var i = 0; i < parameters.Length; i++)
            {
                _json.WriteStartObject(parameters[i].Name);
                WriteType(model.ParameterTypes[i]);
                _json.WriteEndObject();
            }

            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteOptional(string name, string? value)
    {
        if (value is not null)
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
