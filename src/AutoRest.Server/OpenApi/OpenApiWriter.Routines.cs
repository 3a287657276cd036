using System.Collections.Immutable;
using AutoRest.Introspection;

namespace AutoRest.Server.OpenApi;

/// <summary>Functions: one path for all overloads of a name. contract/functions.md.</summary>
sealed partial class OpenApiWriter
{
    void WriteRoutine(RoutineGroup group)
    {
        var id = _operations.Of("rpc_" + group.Name);
        var comment = group.Overloads.Select(static o => o.Routine.Description).FirstOrDefault(static d => !string.IsNullOrEmpty(d));
        var rows = RowsOf(group);

        // An argument without a name is the whole body, so a query string cannot carry it.
        ImmutableArray<Routine> byQuery =
            [.. group.Overloads.Select(static o => o.Routine).Where(static r => r.Volatility != Introspection.Volatility.Volatile && !r.Parameters.Any(static p => p.Name.Length == 0))];
        _json.WriteStartObject("/rpc/" + Uri.EscapeDataString(group.Name));
        if (!byQuery.IsEmpty)
        {
            BeginOperation("get", "get_" + id, RoutineTag, $"Call {group.Name}", comment);
            _json.WriteStartArray("parameters");
            WriteArguments(byQuery);
            if (rows is not null)
            {
                var taken = byQuery.SelectMany(static r => r.Parameters).Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
                foreach (var name in (string[])["select", "order", "limit", "offset"])
                {
                    if (!taken.Contains(name))
                    {
                        WriteReference("parameters/" + name);
                    }
                }
            }

            WriteReference("parameters/preferRead");
            WriteProfileReference("acceptProfile");
            _json.WriteEndArray();
            WriteResults(group, rows, mayWrite: false);
        }

        BeginOperation("post", "call_" + id, RoutineTag, $"Call {group.Name}", comment);
        _json.WriteStartArray("parameters");
        if (rows is not null)
        {
            WriteReference("parameters/select");
        }

        WriteReference("parameters/preferCall");
        WriteProfileReference("contentProfile");
        _json.WriteEndArray();
        WriteCallBody(group);
        WriteResults(group, rows, mayWrite: true);
        _json.WriteEndObject();
    }

    /// <summary>The schema of the rows that all overloads return; null when they do not.</summary>
    string? RowsOf(RoutineGroup group)
    {
        string? common = null;
        foreach (var overload in group.Overloads)
        {
            var type = overload.Routine.Return.Type;
            if (!overload.Routine.Return.IsComposite || type.Schema != _model.Schema || !_schemas.TryGetValue(type.Name, out var schema)
                || (common ?? schema) != schema)
            {
                return null;
            }

            common = schema;
        }

        return common;
    }

    /// <summary>Required where every overload requires it.</summary>
    void WriteArguments(ImmutableArray<Routine> overloads)
    {
        foreach (var uses in overloads.SelectMany(static r => r.Parameters).GroupBy(static p => p.Name, StringComparer.Ordinal))
        {
            var parameter = uses.First();
            _json.WriteStartObject();
            _json.WriteString("name", parameter.Name);
            _json.WriteString("in", "query");
            _json.WriteString("description", string.Join(" or ", uses.Select(static u => u.Type).Distinct(StringComparer.Ordinal)));
            if (uses.Count(static u => u.IsRequired) == overloads.Length)
            {
                _json.WriteBoolean("required", true);
            }

            _json.WriteStartObject("schema");
            var type = JsonType.Of(parameter.Type, _model.Types);
            if (parameter.IsVariadic && type.Element is not null)
            {
                WriteType(type, isNullable: false);
            }
            else if (type.Element is not null || type.Name is null or "object")
            {
                // Arrays are literals such as {1,2}, rows such as (1,2); documents are text.
                _json.WriteString("type", "string");
            }
            else
            {
                WriteType(type, isNullable: false);
            }

            _json.WriteEndObject();
            _json.WriteEndObject();
        }
    }

    void WriteCallBody(RoutineGroup group)
    {
        var named = group.Overloads.Where(static o => !o.Routine.Parameters.Any(static p => p.Name.Length == 0)).ToList();
        var unnamed = group.Overloads.SelectMany(static o => o.Routine.Parameters).Where(static p => p.Name.Length == 0)
            .Select(static p => WholeBodyType(p.Type)).Distinct(StringComparer.Ordinal).ToList();
        if (unnamed.Count == 0 && named.TrueForAll(static o => o.Routine.Parameters.IsEmpty))
        {
            return;
        }

        _json.WriteStartObject("requestBody");
        _json.WriteBoolean("required", unnamed.Count > 0 || named.TrueForAll(static o => o.Routine.Parameters.Any(static p => p.IsRequired)));
        _json.WriteStartObject("content");
        if (named.Count > 0)
        {
            _json.WriteStartObject(JsonMedia);
            _json.WriteStartObject("schema");
            if (named.Count > 1)
            {
                _json.WriteStartArray("anyOf");
                foreach (var overload in named)
                {
                    _json.WriteStartObject();
                    WriteArgumentSchema(overload.Routine);
                    _json.WriteEndObject();
                }

                _json.WriteEndArray();
            }
            else
            {
                WriteArgumentSchema(named[0].Routine);
            }

            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        foreach (var type in unnamed.Where(t => named.Count == 0 || t != JsonMedia))
        {
            _json.WriteStartObject(type);
            _json.WriteStartObject("schema");
            if (type.StartsWith("text/", StringComparison.Ordinal))
            {
                _json.WriteString("type", "string");
            }

            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    const string JsonMedia = "application/json";

    /// <summary>The type of an unnamed parameter decides the body's media type. contract/functions.md.</summary>
    static string WholeBodyType(string type) => type switch
    {
        "bytea" => "application/octet-stream",
        "text" => "text/plain",
        "xml" => "text/xml",
        _ => JsonMedia,
    };

    void WriteArgumentSchema(Routine routine)
    {
        _json.WriteString("type", "object");
        var required = routine.Parameters.Where(static p => p.IsRequired).Select(static p => p.Name).ToImmutableArray();
        if (!required.IsEmpty)
        {
            WriteTexts("required", required);
        }

        _json.WriteStartObject("properties");
        foreach (var parameter in routine.Parameters)
        {
            _json.WriteStartObject(parameter.Name);
            WriteType(JsonType.Of(parameter.Type, _model.Types), isNullable: true);
            _json.WriteString("description", parameter.Type);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    /// <summary>What a call gives back, and the end of the operation.</summary>
    /// <param name="mayWrite">A call by GET cannot: its transaction is read-only.</param>
    void WriteResults(RoutineGroup group, string? rows, bool mayWrite)
    {
        _json.WriteStartObject("responses");
        var returns = group.Overloads.Select(static o => o.Routine.Return).ToList();
        if (returns.Exists(static r => r.IsVoid))
        {
            WriteEmpty("204", "Done; the function returns nothing.");
        }

        if (returns.Find(static r => !r.IsVoid) is { } result)
        {
            var isSame = returns.TrueForAll(r => r.IsVoid || (r.TypeText == result.TypeText && r.IsSet == result.IsSet));
            WriteResult("200", $"What the function returns: {(result.IsSet ? "rows of " : "")}{result.TypeText}.", result, rows, isSame);
            if (result.IsSet)
            {
                WriteResult("206", "A part of the rows there are, where they were counted.", result, rows, isSame);
            }
        }

        WriteRefusals(
            [
                .. group.Overloads.Length > 1 || rows is not null ? (ReadOnlySpan<string>)["300"] : [],
                "400", "401", "403", "404", "406",
                .. mayWrite ? (ReadOnlySpan<string>)["409"] : [],
                .. returns.Exists(static r => r.IsSet) ? (ReadOnlySpan<string>)["416"] : [],
            ]);
        EndOperation();
    }

    void WriteResult(string status, string description, RoutineReturn result, string? rows, bool isSame)
    {
        if (rows is not null && result.IsSet && isSame)
        {
            WriteRowsResponse(status, description, rows);
            return;
        }

        _json.WriteStartObject(status);
        _json.WriteString("description", description);
        _json.WriteStartObject("content");
        _json.WriteStartObject(JsonMedia);
        _json.WriteStartObject("schema");
        if (isSame && result.IsSet)
        {
            _json.WriteString("type", "array");
            _json.WriteStartObject("items");
        }

        if (isSame)
        {
            WriteResultItem(result, rows);
        }

        if (isSame && result.IsSet)
        {
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteResultItem(RoutineReturn result, string? rows)
    {
        if (rows is not null)
        {
            _json.WriteString("$ref", "#/components/schemas/" + rows);
        }
        else if (result.IsComposite)
        {
            _json.WriteString("type", "object");
        }
        else
        {
            WriteType(JsonType.Of(result.TypeText, _model.Types), isNullable: true);
        }
    }
}
