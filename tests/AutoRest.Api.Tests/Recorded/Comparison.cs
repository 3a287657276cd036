using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Recorded;

/// <summary>What is wrong with a response, by the rules the cases were recorded for.</summary>
public static partial class Comparison
{
    // Must not be sent unless recorded. Other headers may be.
    static readonly ImmutableArray<string> Watched =
    [
        "content-type", "content-range", "content-location", "content-profile", "location", "preference-applied", "allow",
        "www-authenticate", "proxy-status", "retry-after", "warning", "access-control-allow-origin", "access-control-allow-credentials",
        "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age", "access-control-expose-headers",
        "set-cookie",
    ];

    // Throws instead of replacing bytes that are not UTF-8.
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ImmutableArray<string> Differences(RecordedCase expected, RawResponse actual)
    {
        var (want, check) = (expected.Response, expected.Check);
        var differences = ImmutableArray.CreateBuilder<string>();
        if (actual.Status != want.Status)
        {
            differences.Add($"status: expected {want.Status}, got {actual.Status}");
        }
        if (want.Reason is { } reason && actual.Reason != reason)
        {
            differences.Add($"reason: expected '{reason}', got '{actual.Reason}'");
        }
        foreach (var (name, values) in want.Headers)
        {
            var got = HeaderValues(actual, name);
            if (!(values ?? []).SequenceEqual(got))
            {
                differences.Add($"{name}: expected {Show(values ?? [])}, got {Show(got)}");
            }
        }
        foreach (var name in Watched.Except(want.Headers.Select(h => h.Key)).Except(check.Skip))
        {
            if (HeaderValues(actual, name) is { IsEmpty: false } got)
            {
                differences.Add($"{name}: expected none, got {Show(got)}");
            }
        }
        if (BodyDifference(want, check, actual.Body.Span) is { } body)
        {
            differences.Add(body);
        }
        return differences.ToImmutable();
    }

    /// <summary>A JSON text written in one way: equal texts are equal values. Numbers are kept by their text (<c>1.0</c> is not
    /// <c>1.00</c>), duplicate keys are kept, the order of keys only if asked for.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static string Canonical(string json, bool keyOrder) => Canonical(json, keyOrder, asValues: false);

    static string? BodyDifference(ExpectedResponse want, Check check, ReadOnlySpan<byte> body)
    {
        string text;
        try
        {
            text = Utf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            var base64 = Convert.ToBase64String(body);
            return want.BodyBase64 == base64 ? null : Difference(want.Body ?? want.BodyBase64, base64);
        }
        if (want.BodyBase64 is { } wanted)
        {
            return Difference(wanted, text);
        }
        if (check.Body == "ignore")
        {
            return null;
        }
        var recorded = AsRecorded(text, check);
        return SameBody(want, check, recorded) ? null : Difference(want.Body, recorded);

        static string Difference(string? expected, string actual) =>
            $"body: expected {(string.IsNullOrEmpty(expected) ? "(nothing)" : expected)}\n      got      {(actual.Length == 0 ? "(nothing)" : actual)}";
    }

    /// <summary>What a recording keeps of a body.</summary>
    static string AsRecorded(string text, Check check)
    {
        try
        {
            switch (check.Body)
            {
                case "keys":
                    using (var document = JsonDocument.Parse(text))
                    {
                        return KeyShape(document.RootElement);
                    }
                case "project":
                    using (var document = JsonDocument.Parse(text))
                    {
                        return Project(document.RootElement, check.Project);
                    }
                case "regex":
                    return Regex.IsMatch(text, check.Regex!) ? check.Regex! : text;
                default:
                    return text;
            }
        }
        catch (JsonException)
        {
            return text;
        }
    }

    static bool SameBody(ExpectedResponse want, Check check, string actual)
    {
        if (want.Body == actual)
        {
            return true;
        }
        if (want.Body is not { } expected)
        {
            return false;
        }
        try
        {
            if (check.Body == "code")
            {
                return Code(expected) is { } code && code == Code(actual);
            }
            if (check.Body is "keys" or "project")
            {
                return Canonical(expected, false, asValues: true) == Canonical(actual, false, asValues: true);
            }
            var contentType = want.Headers.FirstOrDefault(h => h.Key == "content-type").Value is [var first, ..] ? first : "";
            return contentType.Contains("json", StringComparison.Ordinal)
                && Canonical(expected, check.KeyOrder) == Canonical(actual, check.KeyOrder);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The member <c>code</c> of an error, or null.</summary>
    static string? Code(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("code", out var code)
            ? Canonical(code.GetRawText(), keyOrder: false)
            : null;
    }

    /// <summary>Only the names of the members: what is compared of an execution plan.</summary>
    static string KeyShape(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Take(1).Select(KeyShape))}]",
        JsonValueKind.Object => JsonSerializer.Serialize(
            element.EnumerateObject().Select(m => m.Name).Distinct().Order(StringComparer.Ordinal)),
        _ => "null",
    };

    /// <summary>An object with one member per path, null where the document has none.</summary>
    static string Project(JsonElement root, ImmutableArray<ImmutableArray<string>> paths)
    {
        var members = paths.Select(path =>
        {
            JsonElement? node = root;
            foreach (var key in path)
            {
                node = node is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(key, out var child) ? child : null;
            }
            var name = string.Join('/', path.Select(key =>
                key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)));
            return $"{JsonSerializer.Serialize(name)}:{node?.GetRawText() ?? "null"}";
        });
        return $"{{{string.Join(',', members)}}}";
    }

    static ImmutableArray<string> HeaderValues(RawResponse response, string name) =>
        // Durations differ, names and their order do not.
        name == "server-timing"
            ? [.. response.Values(name).Select(value => Duration.Replace(value, "dur=0.0"))]
            : response.Values(name);

    static string Show(ImmutableArray<string> values) => values.IsEmpty ? "none" : string.Join(" and ", values.Select(v => $"'{v}'"));

    /// <param name="asValues">Compare what a JSON library reads, not the text: recorded parts of documents went through one.</param>
    static string Canonical(string json, bool keyOrder, bool asValues)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            reader.Read();
            var text = Canonical(ref reader, keyOrder, asValues);
            // Throws if something follows the value.
            reader.Read();
            return text;
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair: no text to compare.
            throw new JsonException(e.Message, e);
        }
    }

    static string Canonical(ref Utf8JsonReader reader, bool keyOrder, bool asValues)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new List<(string Key, string Value)>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = JsonSerializer.Serialize(reader.GetString());
                    reader.Read();
                    members.Add((key, Canonical(ref reader, keyOrder, asValues)));
                }
                var distinct = asValues ? members.GroupBy(m => m.Key).Select(g => g.Last()) : members;
                var ordered = keyOrder
                    ? distinct
                    : distinct.OrderBy(m => m.Key, StringComparer.Ordinal).ThenBy(m => m.Value, StringComparer.Ordinal);
                return $"{{{string.Join(',', ordered.Select(m => $"{m.Key}:{m.Value}"))}}}";
            case JsonTokenType.StartArray:
                var items = new List<string>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Canonical(ref reader, keyOrder, asValues));
                }
                return $"[{string.Join(',', items)}]";
            case JsonTokenType.String:
                return JsonSerializer.Serialize(reader.GetString());
            default:
                var text = Encoding.UTF8.GetString(reader.ValueSpan);
                return asValues && reader.TokenType == JsonTokenType.Number ? NumberValue(text) : text;
        }
    }

    static string NumberValue(string text)
    {
        // Whole numbers and others differ (1 is not 1.0), whole numbers of any size are exact.
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        return text.AsSpan().ContainsAny('.', 'e', 'E')
            ? "float " + double.Parse(text, invariant).ToString("R", invariant)
            : System.Numerics.BigInteger.Parse(text, invariant).ToString(invariant);
    }

    [GeneratedRegex("dur=[0-9.]+")]
    static partial Regex Duration { get; }
}
