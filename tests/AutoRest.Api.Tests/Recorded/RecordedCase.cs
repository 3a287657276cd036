using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Recorded;

/// <summary>A recorded response.</summary>
/// <param name="Headers">Lower-case names; null: must be absent.</param>
/// <param name="Body">Null where it is not compared, or not text.</param>
public sealed record ExpectedResponse(int Status, string? Reason, ImmutableArray<KeyValuePair<string, ImmutableArray<string>?>> Headers,
    string? Body, string? BodyBase64);

/// <summary>Deviations from the usual comparison.</summary>
/// <param name="Body"><c>ignore</c>, <c>code</c>, <c>keys</c>, <c>regex</c>, <c>project</c> or null.</param>
/// <param name="Project">Paths of the members that are compared, each a list of keys.</param>
public sealed record Check(string? Body, string? Regex, ImmutableArray<ImmutableArray<string>> Project, bool KeyOrder, bool Reason,
    ImmutableArray<string> Skip);

/// <summary>SQL run after the request, and what it gives.</summary>
public sealed record Verification(string Sql, string Result);

/// <summary>A request and the answer the reference gave.</summary>
/// <param name="Id"><c>file/name</c>.</param>
/// <param name="Optional">Why the recorded behaviour need not be reproduced, or null.</param>
/// <param name="Cleanup">SQL that undoes a committed request.</param>
public sealed record RecordedCase(string File, string Name, string Configuration, RawRequest Request, ExpectedResponse Response, Check Check,
    Verification? Verification, string? Cleanup, string? Optional)
{
    public string Id => $"{File}/{Name}";

    public bool MayWrite => Request.Method is "POST" or "PUT" or "PATCH" or "DELETE";

    public override string ToString() => Id;

    public static RecordedCase Parse(string file, string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var request = root.GetProperty("request");
        var response = root.GetProperty("response");
        return new(file, Text(root, "name")!, Text(root, "config")!,
            new RawRequest(Text(request, "method")!, Text(request, "path")!)
            {
                Headers = [.. from header in request.GetProperty("headers").EnumerateObject()
                              from value in Values(header.Value) ?? []
                              select new KeyValuePair<string, string>(header.Name, value)],
                Body = Text(request, "body_base64") is { } base64 ? Convert.FromBase64String(base64)
                    : Text(request, "body") is { } text ? Encoding.UTF8.GetBytes(text)
                    // Without the cast the null would become an empty body.
                    : (ReadOnlyMemory<byte>?)null,
            },
            new ExpectedResponse(response.GetProperty("status").GetInt32(), Text(response, "reason"),
                [.. response.GetProperty("headers").EnumerateObject().Select(h => KeyValuePair.Create(h.Name, Values(h.Value)))],
                Text(response, "body"), Text(response, "body_base64")),
            ParseCheck(root),
            root.TryGetProperty("verify", out var verify) ? new(Text(verify, "sql")!, Text(verify, "result")!) : null,
            Text(root, "cleanup"), Text(root, "optional"));
    }

    static Check ParseCheck(JsonElement root)
    {
        var check = root.TryGetProperty("check", out var element) ? element : default;
        return new(Text(check, "body"), Text(check, "regex"),
            [.. List(check, "project").Select(path => path.EnumerateArray().Select(key => key.GetString()!).ToImmutableArray())],
            Flag(check, "key_order"), Flag(check, "reason"),
            [.. List(check, "skip").Select(name => name.GetString()!)]);
    }

    static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.GetString() : null;

    static bool Flag(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.GetBoolean();

    static JsonElement.ArrayEnumerator List(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.EnumerateArray() : default;

    static ImmutableArray<string>? Values(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Array => [.. element.EnumerateArray().Select(e => e.GetString()!)],
        _ => [element.GetString()!],
    };
}
