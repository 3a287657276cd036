using System.Text;
using System.Text.Json;

namespace AutoRest.Server.OpenApi;

/// <summary>Types and defaults of version 2.0. contract/openapi.md §4, §5.</summary>
static class SwaggerTypes
{
    /// <summary><c>type</c> of a PostgreSQL type; null where there is none.</summary>
    public static string? TypeOf(string type) => type switch
    {
        "character varying" or "character" or "text" => "string",
        "boolean" => "boolean",
        "smallint" or "integer" or "bigint" => "integer",
        "numeric" or "real" or "double precision" => "number",
        "json" or "jsonb" => null,
        _ => type.EndsWith("[]", StringComparison.Ordinal) ? "array" : "string",
    };

    /// <summary><c>format</c>: the type's name, but for integers their width.</summary>
    public static string FormatOf(string type) => type switch
    {
        "smallint" or "integer" => "int32",
        "bigint" => "int64",
        _ => type,
    };

    /// <summary>The element of an array type; null when it is none.</summary>
    public static string? ElementOf(string type) => type.EndsWith("[]", StringComparison.Ordinal) ? type[..^2] : null;

    /// <summary>The default as JSON text; null when it is no value.</summary>
    /// <remarks>Strings are taken by their cast, which leaves expressions such as <c>now()</c> as text.</remarks>
    public static byte[]? DefaultOf(string expression, string type)
    {
        if (TypeOf(type) == "string")
        {
            var cast = "::" + type;
            var value = expression.EndsWith(cast, StringComparison.Ordinal) ? expression[..^cast.Length].Trim('\'') : expression;
            expression = $"\"{value}\"";
        }

        var json = Encoding.UTF8.GetBytes(expression);
        return IsJson(json) ? json : null;
    }

    static bool IsJson(byte[] text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
