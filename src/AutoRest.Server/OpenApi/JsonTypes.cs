using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AutoRest.Introspection;

namespace AutoRest.Server.OpenApi;

/// <summary>A PostgreSQL type as JSON Schema sees its values.</summary>
/// <param name="Name"><c>type</c>; null: any JSON.</param>
/// <param name="Format"><c>format</c>: a registered one where the values keep to it, else the type's own name.</param>
/// <param name="Element">Of an array.</param>
/// <param name="Labels">Of an enum.</param>
/// <param name="Members">Of a composite type's object; any of them may be null.</param>
sealed record JsonType(string? Name, string? Format, JsonType? Element = null, ImmutableArray<string> Labels = default, ImmutableArray<(string Name, JsonType Type)> Members = default)
{
    /// <summary>Composite types may hold each other through arrays of relations' rows; nobody reads deeper than this.</summary>
    const int MaxDepth = 8;

    /// <param name="type">As <c>format_type</c> prints it under an empty search path.</param>
    /// <param name="types">Enums and composite types by name.</param>
    public static JsonType Of(string type, FrozenDictionary<string, NamedType> types) => Of(type, types, 0);

    static JsonType Of(string type, FrozenDictionary<string, NamedType> types, int depth) => type switch
    {
        "boolean" => new("boolean", null),
        "smallint" => new("integer", "int16"),
        "integer" => new("integer", "int32"),
        "bigint" => new("integer", "int64"),
        "real" => new("number", "float"),
        "double precision" => new("number", "double"),
        "numeric" => new("number", "decimal"),
        "text" or "character varying" or "character" or "name" => new("string", null),
        "uuid" or "date" => new("string", type),
        "timestamp with time zone" => new("string", "date-time"),
        "json" or "jsonb" => new(null, type),
        "record" => new(null, null),
        _ when type.EndsWith("[]", StringComparison.Ordinal) => new("array", null, Of(type[..^2], types, depth)),
        _ when types.TryGetValue(type, out var named) && depth < MaxDepth => named.Attributes.IsEmpty
            ? new("string", type, null, named.Labels)
            : new("object", type, null, default, [.. named.Attributes.Select(a => (a.Name, Of(a.Type, types, depth + 1)))]),

        // A type with a schema is somebody's own: a relation's row is an object, a range is text.
        _ when type.Contains('.', StringComparison.Ordinal) => new(null, type),
        _ => new("string", type),
    };

    /// <summary>A plausible value, for examples.</summary>
    /// <param name="maxLength">Of text.</param>
    public void WriteExample(Utf8JsonWriter json, int? maxLength)
    {
        if (Element is not null)
        {
            json.WriteStartArray();
            if (Element.Name is not null)
            {
                Element.WriteExample(json, maxLength);
            }

            json.WriteEndArray();
            return;
        }

        switch (Name)
        {
            case "boolean":
                json.WriteBooleanValue(true);
                break;
            case "integer":
                json.WriteNumberValue(1);
                break;
            case "number":
                json.WriteNumberValue(1.5m);
                break;
            case "object":
                json.WriteStartObject();
                foreach (var (name, type) in Members)
                {
                    json.WritePropertyName(name);
                    type.WriteExample(json, null);
                }

                json.WriteEndObject();
                break;
            case null:
                json.WriteStartObject();
                json.WriteEndObject();
                break;
            default:
                var text = TextExample;
                json.WriteStringValue(Format is null && text.Length > maxLength ? text[..maxLength.Value] : text);
                break;
        }
    }

    string TextExample => Labels is { IsDefaultOrEmpty: false } ? Labels[0] : Format switch
    {
        null => "text",
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "date" => "2024-01-31",
        "date-time" => "2024-01-31T09:30:00+00:00",
        "timestamp without time zone" => "2024-01-31T09:30:00",
        "time without time zone" => "09:30:00",
        "time with time zone" => "09:30:00+00",
        "interval" => "01:30:00",
        "inet" or "cidr" => "192.0.2.1",
        "macaddr" => "08:00:2b:01:02:03",
        "bytea" => "\\x00ff",
        "money" => "$1.50",
        "bit" or "bit varying" => "1",
        "point" => "(1,2)",
        "int4range" or "int8range" or "numrange" => "[1,5)",
        "daterange" => "[2024-01-31,2024-02-29)",
        "tsvector" or "tsquery" => "'text'",
        "oid" => "1",
        _ => "text",
    };

    /// <summary>A value of this type as a filter writes it.</summary>
    public string FilterExample => Name switch
    {
        "integer" or "number" => "gte.1",
        "boolean" => "is.true",
        "array" => "cs.{1}",
        null or "object" => "not.is.null",
        _ when Labels is { IsDefaultOrEmpty: false } => $"in.({string.Join(',', Labels.Take(2))})",
        _ => Format is null ? "ilike.*text*" : "eq." + TextExample,
    };

    /// <summary>A default that is a constant, as JSON; null for expressions.</summary>
    public byte[]? ConstantOf(string expression)
    {
        var value = expression;
        var isText = false;
        if (expression.StartsWith('\''))
        {
            if (Unquote(expression) is not { } text)
            {
                return null;
            }

            (value, isText) = (text, true);
        }

        switch (Name)
        {
            // PostgreSQL writes timestamps in another form than the format asks for.
            case "string" when isText && Format != "date-time":
                return JsonText(value);
            case "array" when isText && value == "{}":
                return "[]"u8.ToArray();
            case "boolean" when value is "true" or "false":
            case "integer" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
            case "number" when IsJsonNumber(value):
                return Encoding.UTF8.GetBytes(value);
            default:
                return null;
        }
    }

    static byte[] JsonText(string value)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(value.Length + 2);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStringValue(value);
        }

        return output.WrittenSpan.ToArray();
    }

    static bool IsJsonNumber(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary><c>'it''s'::text</c> → <c>it's</c>; null when anything but a cast follows.</summary>
    static string? Unquote(string expression)
    {
        var text = new StringBuilder();
        var i = 1;
        for (; i < expression.Length; i++)
        {
            if (expression[i] == '\'')
            {
                if (i + 1 < expression.Length && expression[i + 1] == '\'')
                {
                    i++;
                }
                else
                {
                    break;
                }
            }

            text.Append(expression[i]);
        }

        var rest = expression.AsSpan(Math.Min(i + 1, expression.Length));
        if (rest.StartsWith("::"))
        {
            rest = rest[2..];
        }

        foreach (var c in rest)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or ' ' or '.' or '"' or '[' or ']' or '(' or ')' or ','))
            {
                return null;
            }
        }

        return text.ToString();
    }
}
