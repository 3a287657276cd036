using System.Collections.Immutable;
using AutoRest.Introspection;

namespace AutoRest.Server.OpenApi;

/// <summary>What can be done with each relation. contract/requests.md §2.1, §7, §10.</summary>
sealed partial class OpenApiWriter
{
    void WriteRelation(RelationModel relation)
    {
        var (table, may) = (relation.Table, relation.Privileges);
        var schema = _schemas[relation.Name];
        var canInsert = table.Insertable && may.Insert;
        var canUpdate = table.Updatable && may.Update;
        var canDelete = table.Deletable && may.Delete;
        if (!may.Select && !canInsert && !canUpdate && !canDelete)
        {
            return;
        }

        var id = _operations.Of(relation.Name);
        ImmutableArray<string> filters = [.. relation.Columns.Select(c => FilterOf(c.Column)), "parameters/and", "parameters/or"];
        _json.WriteStartObject("/" + Uri.EscapeDataString(relation.Name));
        if (may.Select)
        {
            WriteRead(relation, schema, id, filters);
        }

        if (canInsert)
        {
            WriteInsert(relation, schema, id);
        }

        if (canInsert && canUpdate && !table.PrimaryKey.IsEmpty)
        {
            WritePut(relation, schema, id);
        }

        if (canUpdate)
        {
            WriteUpdate(relation, schema, id, filters);
        }

        if (canDelete)
        {
            BeginOperation("delete", "delete_" + id, relation.Name, $"Delete rows of {relation.Name}", "Without a filter: all rows.");
            WriteParameterReferences([.. filters, "parameters/select", "parameters/preferDelete"], "contentProfile");
            _json.WriteStartObject("responses");
            WriteRowsResponse("200", "The deleted rows, with `Prefer: return=representation`.", schema);
            WriteEmpty("204", "Deleted.");
            WriteRefusals([.. Ambiguity(relation), "400", "401", "403", "404", "406", "409"]);
            EndOperation();
        }

        _json.WriteEndObject();
    }

    void WriteRead(RelationModel relation, string schema, string id, ImmutableArray<string> filters)
    {
        var embeds = string.Join(", ", relation.Embeds.Where(e => _schemas.ContainsKey(e.Relation)).Select(static e => $"`{Select(e.Key)}`"));
        BeginOperation(
            "get", "read_" + id, relation.Name, $"Read rows of {relation.Name}", embeds.Length == 0 ? null : $"Can be embedded by `select`: {embeds}.");
        WriteParameterReferences(
            [
                .. filters, "parameters/select", "parameters/order", "parameters/limit", "parameters/offset", "parameters/range",
                "parameters/preferRead",
            ],
            "acceptProfile");
        _json.WriteStartObject("responses");
        WriteRowsResponse("200", "Rows. `select` changes which members they have.", schema);
        WriteRowsResponse("206", "A part of the rows there are, where they were counted.", schema);
        WriteRefusals([.. Ambiguity(relation), "400", "401", "403", "404", "406", "416"]);
        EndOperation();
    }

    void WriteInsert(RelationModel relation, string schema, string id)
    {
        BeginOperation(
            "post", "insert_" + id, relation.Name, $"Insert rows into {relation.Name}", "With `Prefer: resolution=…`, rows that exist are updated or skipped.");
        WriteParameterReferences(["parameters/select", "parameters/columns", "parameters/on_conflict", "parameters/preferInsert"], "contentProfile");
        _json.WriteStartObject("requestBody");
        _json.WriteBoolean("required", true);
        _json.WriteStartObject("content");
        _json.WriteStartObject("application/json");
        _json.WriteStartObject("schema");
        _json.WriteStartArray("oneOf");
        WriteReference($"schemas/{schema}.insert");
        _json.WriteStartObject();
        WriteRows(schema + ".insert");
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteStartObject("text/csv");
        _json.WriteStartObject("schema");
        _json.WriteString("type", "string");
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteStartObject("application/x-www-form-urlencoded");
        WriteReference("schema", $"schemas/{schema}.insert");
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteStartObject("responses");
        WriteRowsResponse("200", "All rows existed and were updated (`resolution=merge-duplicates`).", schema);
        WriteRowsResponse("201", "Inserted; the rows are the body with `Prefer: return=representation`.", schema);
        WriteRefusals([.. Ambiguity(relation), "400", "401", "403", "404", "406", "409"]);
        EndOperation();
    }

    void WritePut(RelationModel relation, string schema, string id)
    {
        ImmutableArray<string> keys = [.. relation.Columns.Where(static c => c.IsPrimaryKey).Select(c => FilterOf(c.Column))];
        BeginOperation(
            "put", "upsert_" + id, relation.Name, $"Insert or replace one row of {relation.Name}",
            "The query filters every column of the primary key by `eq`, and nothing else.");
        WriteParameterReferences([.. keys, "parameters/select", "parameters/preferPut"], "contentProfile");
        WriteJsonBody($"schemas/{schema}.insert");
        _json.WriteStartObject("responses");
        WriteRowsResponse("200", "The updated row, with `Prefer: return=representation`.", schema);
        WriteRowsResponse("201", "The inserted row, with `Prefer: return=representation`.", schema);
        WriteEmpty("204", "Written.");
        WriteRefusals([.. Ambiguity(relation), "400", "401", "403", "404", "406", "409"]);
        EndOperation();
    }

    void WriteUpdate(RelationModel relation, string schema, string id, ImmutableArray<string> filters)
    {
        BeginOperation("patch", "update_" + id, relation.Name, $"Update rows of {relation.Name}", "Without a filter: all rows.");
        WriteParameterReferences([.. filters, "parameters/select", "parameters/columns", "parameters/preferUpdate"], "contentProfile");
        WriteJsonBody($"schemas/{schema}.update");
        _json.WriteStartObject("responses");
        WriteRowsResponse("200", "The updated rows, with `Prefer: return=representation`.", schema);
        WriteEmpty("204", "Updated.");
        WriteRefusals([.. Ambiguity(relation), "400", "401", "403", "404", "406", "409"]);
        EndOperation();
    }

    void WriteJsonBody(string schema)
    {
        _json.WriteStartObject("requestBody");
        _json.WriteBoolean("required", true);
        _json.WriteStartObject("content");
        _json.WriteStartObject("application/json");
        WriteReference("schema", schema);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void BeginOperation(string method, string id, string tag, string summary, string? description)
    {
        _json.WriteStartObject(method);
        _json.WriteString("operationId", id);
        WriteTexts("tags", [tag]);
        _json.WriteString("summary", summary);
        WriteOptional("description", description);
    }

    /// <summary><c>select</c> may name what several relationships lead to. contract/embedding.md §3.</summary>
    static string[] Ambiguity(RelationModel relation) => relation.Embeds.IsEmpty ? [] : ["300"];

    /// <summary>Ends the responses, and with them the operation.</summary>
    void EndOperation()
    {
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteParameterReferences(ImmutableArray<string> parameters, string profile)
    {
        _json.WriteStartArray("parameters");
        foreach (var parameter in parameters)
        {
            WriteReference(parameter);
        }

        WriteProfileReference(profile);
        _json.WriteEndArray();
    }

    void WriteProfileReference(string profile)
    {
        if (_model.Profile != SchemaProfile.None)
        {
            WriteReference("parameters/" + profile);
        }
    }
}
