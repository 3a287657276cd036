using System.Text;
using System.Text.Json;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Responses;

/// <summary>Settings by which functions shape the response. contract/functions.md §9.</summary>
static class ResponseGucs
{
    /// <summary>A status: text that starts with digits.</summary>
    /// <exception cref="ApiException">PGRST112.</exception>
    public static int ParseStatus(string text)
    {
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        return digits is > 0 and < 5 && int.Parse(text.AsSpan(0, digits), System.Globalization.CultureInfo.InvariantCulture) is >= 100 and <= 999 and var status
            ? status
            : throw new ApiException(new InvalidResponseStatus());
    }

    /// <summary>A JSON array of objects with one string member each.</summary>
    /// <exception cref="ApiException">PGRST111.</exception>
    public static List<KeyValuePair<string, string>> ParseHeaders(string json)
    {
        var headers = new List<KeyValuePair<string, string>>();
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            Expect(ref reader, JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    throw new ApiException(new InvalidResponseHeaders());
                }

                Expect(ref reader, JsonTokenType.PropertyName);
                var name = reader.GetString()!;
                Expect(ref reader, JsonTokenType.String);
                headers.Add(new(name, reader.GetString()!));
                Expect(ref reader, JsonTokenType.EndObject);
            }
        }
        catch (JsonException)
        {
            throw new ApiException(new InvalidResponseHeaders());
        }

        // A name or value with a line break would let a function forge a response: refuse what HTTP does not allow.
        return headers.TrueForAll(static h => IsToken(h.Key) && !h.Value.AsSpan().ContainsAny('\r', '\n', '\0'))
            ? headers
            : throw new ApiException(new InvalidResponseHeaders());
    }

    static bool IsToken(string name) =>
        name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new ApiException(new InvalidResponseHeaders());
        }
    }
}
