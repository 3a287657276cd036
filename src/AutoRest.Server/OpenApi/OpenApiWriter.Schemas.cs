using System.Collections.Immutable;
using AutoRest.Introspection;

namespace AutoRest.Server.OpenApi;

/// <summary>Rows, what an insert and an update take, and errors.</summary>
sealed partial class OpenApiWriter
{
    enum RowForm
    {
        Row,
        Insert,
        Update,
    }

    void WriteSchemas()
    {
        _json.WriteStartObject("schemas");
        WriteCommonSchemas();
        foreach (var relation in _model.Relations)
        {
            var name = _schemas[relation.Name];
            WriteRowSchema(name, relation, RowForm.Row);
            if (relation.Table.Insertable && relation.Privileges.Insert)
            {
                WriteRowSchema(name + ".insert", relation, RowForm.Insert);
            }

            if (relation.Table.Updatable && relation.Privileges.Update)
            {
                WriteRowSchema(name + ".update", relation, RowForm.Update);
            }
        }

        _json.WriteEndObject();
    }

    void WriteCommonSchemas()
    {
        _json.WriteStartObject("Error");
        _json.WriteString("type", "object");
        _json.WriteString("description", "What every refusal looks like.");
        WriteTexts("required", ["code", "message"]);
        _json.WriteStartObject("properties");
        _json.WriteStartObject("code");
        _json.WriteString("type", "string");
        _json.WriteString("description", "`PGRST…` of the API, or an SQLSTATE of PostgreSQL.");
        _json.WriteEndObject();
        _json.WriteStartObject("message");
        _json.WriteString("type", "string");
        _json.WriteEndObject();
        _json.WriteStartObject("details");
        _json.WriteString("description", "Text, or for ambiguous requests a list of the choices.");
        _json.WriteEndObject();
        _json.WriteStartObject("hint");
        WriteTexts("type", ["string", "null"]);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();

        _json.WriteStartObject("Filter");
        _json.WriteString("type", "string");
        _json.WriteString(
            "description",
            "`operator.value`; `not.` in front negates. Operators: `eq` `neq` `gt` `gte` `lt` `lte` `like` `ilike` (`*` is the wildcard) `match` `imatch` "
            + "`in.(a,b)` `is.null|not_null|true|false|unknown` `isdistinct` `fts` `plfts` `phfts` `wfts` `cs` `cd` `ov` `sl` `sr` `nxr` `nxl` `adj`; "
            + "`eq`, `like`, … take `(any)` and `(all)`." + OperatorHint("`name.operand`, or `name.lt(bound).operand`, which compares the operator's value"));
        WriteTexts("examples", ["eq.1", "in.(1,2)", "not.is.null"]);
        _json.WriteEndObject();
    }

    void WriteRowSchema(string name, RelationModel relation, RowForm form)
    {
        var columns = form == RowForm.Row ? relation.Columns : [.. relation.Columns.Where(static c => IsWritable(c.Column))];
        var required = columns.Where(c => form switch
        {
            // Without `select`, a row has all its columns.
            RowForm.Row => true,
            RowForm.Insert => !c.Column.Nullable && c.Column is { Default: null, Identity: IdentityKind.None },
            _ => false,
        }).Select(static c => c.Column.Name).ToImmutableArray();
        _json.WriteStartObject(name);
        _json.WriteString("type", "object");
        WriteOptional("description", relation.Table.Description);
        if (!required.IsEmpty)
        {
            WriteTexts("required", required);
        }

        _json.WriteStartObject("properties");
        foreach (var column in columns)
        {
            WriteColumn(column, form);
        }

        if (form == RowForm.Row)
        {
            foreach (var embed in relation.Embeds)
            {
                WriteEmbed(embed);
            }
        }

        _json.WriteEndObject();
        WriteExample(columns, form);
        _json.WriteEndObject();
    }

    static bool IsWritable(Column column) => !column.IsGenerated && column.Identity != IdentityKind.Always;

    JsonType TypeOf(Column column) => JsonType.Of(column.DataType, _model.Types);

    void WriteColumn(ColumnModel model, RowForm form)
    {
        var column = model.Column;
        var type = TypeOf(column);
        _json.WriteStartObject(column.Name);
        WriteType(type, column.Nullable, column.MaxLength);
        if (form == RowForm.Insert && column.Default is { } expression && type.ConstantOf(expression) is { } value)
        {
            _json.WritePropertyName("default");
            _json.WriteRawValue(value);
        }

        WriteOptional("description", model.Description);
        if (form == RowForm.Row && !IsWritable(column))
        {
            _json.WriteBoolean("readOnly", true);
        }

        _json.WriteEndObject();
    }

    void WriteType(JsonType type, bool isNullable, int? maxLength = null)
    {
        if (type.Name is { } name)
        {
            if (isNullable)
            {
                WriteTexts("type", [name, "null"]);
            }
            else
            {
                _json.WriteString("type", name);
            }
        }

        WriteOptional("format", type.Format);
        if (maxLength is { } length && type.Name == "string")
        {
            _json.WriteNumber("maxLength", length);
        }

        if (type.Labels is { IsDefaultOrEmpty: false } labels)
        {
            _json.WriteStartArray("enum");
            foreach (var label in labels)
            {
                _json.WriteStringValue(label);
            }

            if (isNullable)
            {
                _json.WriteNullValue();
            }

            _json.WriteEndArray();
        }

        if (!type.Members.IsDefault)
        {
            _json.WriteStartObject("properties");
            foreach (var (member, memberType) in type.Members)
            {
                _json.WriteStartObject(member);
                WriteType(memberType, isNullable: true);
                _json.WriteEndObject();
            }

            _json.WriteEndObject();
        }

        if (type.Element is { } element)
        {
            _json.WriteStartObject("items");
            WriteType(element, isNullable: true, maxLength);
            _json.WriteEndObject();
        }
    }

    /// <summary>Only there when <c>select</c> asks for it.</summary>
    void WriteEmbed(EmbedModel embed)
    {
        if (!_schemas.TryGetValue(embed.Relation, out var schema))
        {
            return;
        }

        _json.WriteStartObject(embed.Key);
        if (embed.IsToOne is null)
        {
            _json.WriteStartArray("anyOf");
            _json.WriteStartObject();
            WriteRows(schema);
            _json.WriteEndObject();
            WriteReference("schemas/" + schema);
            WriteNullSchema();
            _json.WriteEndArray();
        }
        else if (embed.IsToOne.Value)
        {
            _json.WriteStartArray("anyOf");
            WriteReference("schemas/" + schema);
            WriteNullSchema();
            _json.WriteEndArray();
        }
        else
        {
            WriteRows(schema);
        }

        _json.WriteString("description", $"Embedded by `select=*,{Select(embed.Key)}(*)`.");
        _json.WriteEndObject();
    }

    void WriteNullSchema()
    {
        _json.WriteStartObject();
        _json.WriteString("type", "null");
        _json.WriteEndObject();
    }

    void WriteRows(string schema)
    {
        _json.WriteString("type", "array");
        WriteReference("items", "schemas/" + schema);
    }

    /// <summary>Columns only: what tools make up by themselves would follow the embeds around in circles.</summary>
    void WriteExample(ImmutableArray<ColumnModel> columns, RowForm form)
    {
        _json.WriteStartArray("examples");
        _json.WriteStartObject();
        foreach (var model in columns)
        {
            var column = model.Column;
            var type = TypeOf(column);
            var constant = column.Default is { } expression ? type.ConstantOf(expression) : null;

            // What the database fills in, and keys nobody changes, are not for the caller to say.
            if (form != RowForm.Row && ((constant is null && column.Default is not null) || column.Identity != IdentityKind.None
                || (form == RowForm.Update && model.IsPrimaryKey)))
            {
                continue;
            }

            _json.WritePropertyName(column.Name);
            if (constant is not null)
            {
                _json.WriteRawValue(constant);
            }
            else if (type.Name is null or "object" && column.Nullable)
            {
                _json.WriteNullValue();
            }
            else
            {
                type.WriteExample(_json, column.MaxLength);
            }
        }

        _json.WriteEndObject();
        _json.WriteEndArray();
    }
}
