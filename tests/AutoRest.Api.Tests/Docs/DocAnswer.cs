using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AutoRest.Api.Tests.Docs;

/// <summary>What a snippet printed against what the page shows. <c>…</c> stands for any text.</summary>
static class DocAnswer
{
    /// <summary>Headers a page shows when it is written anew; those it shows already stay.</summary>
    static readonly string[] UsualHeaders =
        ["Content-Range", "Content-Type", "Content-Location", "Location", "Preference-Applied", "Proxy-Status", "WWW-Authenticate"];

    public static bool Matches(string language, string shown, string printed) => language switch
    {
        "json" => JsonMatches(Parse(shown), Parse(printed)),
        "http" => HttpMatches(shown, printed),
        _ => TextMatches(shown, printed.TrimEnd('\n')),
    };

    /// <summary>What the page would have to show.</summary>
    public static string Form(string language, string shown, string printed) => language switch
    {
        "json" => Rows(printed.TrimEnd('\n')),
        "http" => Http(shown, printed),
        _ => printed.TrimEnd('\n'),
    };

    static bool TextMatches(string shown, string printed) =>
        shown == printed || Regex.IsMatch(printed, "^" + Regex.Escape(shown).Replace("…", ".*?", StringComparison.Ordinal) + "$", RegexOptions.Singleline);

    static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return JsonValue.Create("not JSON: " + text);
        }
    }

    static bool JsonMatches(JsonNode? shown, JsonNode? printed)
    {
        switch (shown, printed)
        {
            case (JsonArray expected, JsonArray actual):
                return expected.Count == actual.Count && expected.Zip(actual).All(static p => JsonMatches(p.First, p.Second));
            case (JsonObject expected, JsonObject actual):
                return expected.Count == actual.Count
                    && expected.All(p => actual.TryGetPropertyValue(p.Key, out var value) && JsonMatches(p.Value, value));
            case (JsonValue, JsonValue) when shown.GetValueKind() == System.Text.Json.JsonValueKind.String
                && printed.GetValueKind() == System.Text.Json.JsonValueKind.String:
                return TextMatches(shown.GetValue<string>(), printed.GetValue<string>());
            default:
                return JsonNode.DeepEquals(shown, printed);
        }
    }

    /// <summary>The status line, the headers that are shown, and the body.</summary>
    static bool HttpMatches(string shown, string printed)
    {
        var (line, headers, body) = Split(shown);
        var (actualLine, actualHeaders, actualBody) = Split(printed);
        return line == actualLine
            && headers.All(h => actualHeaders.Any(a => a.Name.Equals(h.Name, StringComparison.OrdinalIgnoreCase) && TextMatches(h.Value, a.Value)))
            && (body == actualBody || JsonMatches(Parse(body), Parse(actualBody)));
    }

    static string Http(string shown, string printed)
    {
        var wanted = Split(shown).Headers.Select(static h => h.Name).ToArray();
        var (line, headers, body) = Split(printed);
        var kept = headers.Where(h => (wanted.Length > 0 ? wanted : UsualHeaders).Contains(h.Name, StringComparer.OrdinalIgnoreCase));
        return string.Join('\n', [line, .. kept.Select(static h => $"{h.Name}: {h.Value}"), .. body.Length > 0 ? ["", Rows(body)] : Array.Empty<string>()]);
    }

    static (string Line, (string Name, string Value)[] Headers, string Body) Split(string text)
    {
        var parts = text.ReplaceLineEndings("\n").Split("\n\n", 2);
        var head = parts[0].Split('\n');
        return (head[0].TrimEnd(), [.. head[1..].Select(static h => h.Split(": ", 2)).Where(static h => h.Length == 2).Select(static h => (h[0], h[1]))],
            parts.Length > 1 ? parts[1].TrimEnd('\n') : "");
    }

    /// <summary>Long arrays with a row per line.</summary>
    static string Rows(string body) =>
        body.Length > 120 && Parse(body) is JsonArray { Count: > 1 } rows
            ? "[" + string.Join(",\n ", rows.Select(static r => r?.ToJsonString(Relaxed) ?? "null")) + "]"
            : body.Replace(", \n ", ",\n ", StringComparison.Ordinal);

    static readonly System.Text.Json.JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
