using System.Collections.Immutable;
using System.Globalization;
using AutoRest.Introspection;

namespace AutoRest.Server.OpenApi;

/// <summary>Parameters, each described once.</summary>
sealed partial class OpenApiWriter
{
    readonly ComponentNames _filterNames = new();
    readonly Dictionary<(string Column, string? Type, string? Format), Filter> _filters = [];

    readonly record struct Filter(string Component, string Column, JsonType Type, string Printed);

    /// <summary>The filter on a column: relations whose columns have name and type in common share it.</summary>
    string FilterOf(Column column)
    {
        var type = TypeOf(column);
        var key = (column.Name, type.Name, type.Format ?? type.Element?.Name);
        if (!_filters.TryGetValue(key, out var filter))
        {
            filter = new Filter(_filterNames.Of("filter." + column.Name), column.Name, type, column.DataType);
            _filters[key] = filter;
        }

        return "parameters/" + filter.Component;
    }

    void WriteParameters()
    {
        _json.WriteStartObject("parameters");
        WriteQueryParameter(
            "select", "Columns and embedded relations, for example `*`, `id,alias:name,other(*)`, `data->>key`." + OperatorHint("`alias:column.$op(name,operand)`"));
        WriteQueryParameter("order", "For example `name.asc.nullslast,id.desc`." + OperatorHint("`column.name.[operand].desc`"));
        WriteQueryParameter("and", "Conditions that must all hold, for example `(a.gt.1,b.is.null)`.");
        WriteQueryParameter("or", "Conditions of which one must hold, for example `(a.eq.1,b.not.is.null)`.");
        WriteQueryParameter("limit", "Most rows.", "integer", example: 20);
        WriteQueryParameter("offset", "Rows to leave out first.", "integer");
        WriteQueryParameter("columns", "Members of the body that are written, for example `\"a\",\"b\"`; others are ignored.");
        WriteQueryParameter("on_conflict", "Columns of the unique constraint an upsert goes by; else the primary key.");
        BeginParameter("range", "header", "Range", "Rows from and to, counted from 0: `0-9`.", isRequired: false);
        _json.WriteString("type", "string");
        _json.WriteString("pattern", "^[0-9]+-[0-9]*$");
        EndParameter();

        ImmutableArray<string> counts = ["count=exact", "count=planned", "count=estimated"];
        ImmutableArray<string> handling = ["handling=strict", "handling=lenient"];
        ImmutableArray<string> returns = ["return=minimal", "return=representation"];
        ImmutableArray<string> missing = ["missing=default", "missing=null"];
        ImmutableArray<string> ends = _model.MayChooseTransactionEnd ? ["tx=commit", "tx=rollback"] : [];
        WritePrefer("preferRead", null, [.. counts, .. handling, .. ends]);
        WritePrefer(
            "preferInsert",
            ReturnRows,
            [.. returns, "return=headers-only", "resolution=merge-duplicates", "resolution=ignore-duplicates", .. missing, .. counts, .. handling, .. ends]);
        WritePrefer("preferPut", ReturnRows, [.. returns, .. handling, .. ends]);
        WritePrefer("preferUpdate", ReturnRows, [.. returns, .. missing, .. counts, .. handling, .. ends]);
        WritePrefer("preferDelete", ReturnRows, [.. returns, .. counts, .. handling, .. ends]);
        WritePrefer("preferCall", null, [.. counts, .. handling, .. ends]);
        if (_model.Profile != SchemaProfile.None)
        {
            WriteProfile("acceptProfile", "Accept-Profile");
            WriteProfile("contentProfile", "Content-Profile");
        }

        foreach (var filter in _filters.Values)
        {
            BeginParameter(
                filter.Component, "query", FilterKey(filter.Column), $"Filters by {filter.Printed}: `{filter.Type.FilterExample}`.", isRequired: false,
                schemaReference: "schemas/Filter");
        }

        _json.WriteEndObject();
    }

    /// <summary>A sentence about the operators this server has besides those of the API; empty without any.</summary>
    string OperatorHint(string form) =>
        _model.Operators.IsEmpty ? "" : $" Operators of this database, as {form}: {string.Join(' ', _model.Operators.Select(static o => $"`{o}`"))}.";

    /// <param name="example">Documentation pages fill it in: whoever tries a large table out is not sent all of it.</param>
    void WriteQueryParameter(string name, string description, string type = "string", int? example = null)
    {
        BeginParameter(name, "query", name, description, isRequired: false, example: example?.ToString(CultureInfo.InvariantCulture));
        _json.WriteString("type", type);
        if (type == "integer")
        {
            _json.WriteNumber("minimum", 0);
        }

        EndParameter();
    }

    void WriteProfile(string key, string name)
    {
        BeginParameter(key, "header", name, "Selects the schema.", _model.Profile == SchemaProfile.Required);
        _json.WriteString("type", "string");
        WriteTexts("enum", [_model.Schema]);
        EndParameter();
    }

    /// <summary>Documentation pages fill it in: whoever tries a write out sees what became of the rows.</summary>
    const string ReturnRows = """["return=representation"]""";

    /// <summary>A comma-separated list: what arrays in headers are.</summary>
    /// <param name="example">JSON.</param>
    void WritePrefer(string key, string? example, ImmutableArray<string> words)
    {
        BeginParameter(
            key, "header", "Prefer", $"Any of `{string.Join("` `", words)}`; also `timezone=<name>` and, with `handling=strict`, `max-affected=<n>`.",
            isRequired: false, example: example);
        _json.WriteString("type", "array");
        _json.WriteStartObject("items");
        _json.WriteStartArray("anyOf");
        _json.WriteStartObject();
        _json.WriteString("type", "string");
        WriteTexts("enum", words);
        _json.WriteEndObject();
        _json.WriteStartObject();
        _json.WriteString("type", "string");
        _json.WriteString("pattern", "^(timezone|max-affected)=.+$");
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
        EndParameter();
    }

    void BeginParameter(string key, string place, string name, string description, bool isRequired, string? schemaReference = null, string? example = null)
    {
        _json.WriteStartObject(key);
        _json.WriteString("name", name);
        _json.WriteString("in", place);
        _json.WriteString("description", description);
        if (isRequired)
        {
            _json.WriteBoolean("required", true);
        }

        if (example is not null)
        {
            _json.WritePropertyName("example");
            _json.WriteRawValue(example);
        }

        if (schemaReference is not null)
        {
            WriteReference("schema", schemaReference);
            _json.WriteEndObject();
            return;
        }

        _json.WriteStartObject("schema");
    }

    void EndParameter()
    {
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    /// <summary>A column as the key of a filter: quoted where it would mean something else. contract/requests.md §3.</summary>
    static string FilterKey(string column) =>
        column is "select" or "columns" or "on_conflict" or "order" or "limit" or "offset" or "and" or "or" or "not" ? $"\"{column}\"" : Select(column);

    /// <summary>A name as <c>select</c> and filters read it: with quotes unless it is plain. contract/requests.md §3.3.</summary>
    static string Select(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !(char.IsLetter(c) && c > 127) && c is not ('_' or '$'))
            {
                return $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
            }
        }

        return name;
    }
}
