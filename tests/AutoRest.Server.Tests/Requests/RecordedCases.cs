using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AutoRest.Server.Tests.Requests;

/// <summary>A recorded exchange, as far as the parse stage is concerned.</summary>
/// <param name="Code">The error's code; null for a success.</param>
/// <param name="Message">Null where it is not compared.</param>
public sealed record RecordedExchange(
    string Name, string Config, RequestHead Head, byte[] Body, int Status, string? Code, string? Message, string? Details, string? Hint, bool IsMinimal)
{
    public string? ContentLocation { get; init; }

    public override string ToString() => $"{Name} ({Head.Method} {Head.Path}?{Head.Query})";
}

/// <summary>What the reference answered. The folder is part of the repository or lies beside it.</summary>
static class RecordedCases
{
    public static string Root { get; } = FindRoot();

    public static string? Folder { get; } = new[]
    {
        Path.Combine(Root, "tests", "AutoRest.Api.Tests", "Recorded"),
        Path.Combine(Root, "..", "recorded"),
    }.FirstOrDefault(static f => Directory.Exists(Path.Combine(f, "cases")) && File.Exists(Path.Combine(f, "configs.json")));

    public static IEnumerable<RecordedExchange> All()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Folder!, "cases"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file))
            {
                yield return Read(Path.GetFileNameWithoutExtension(file), line);
            }
        }
    }

    public static ImmutableDictionary<string, AppConfig> Configs()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder!, "configs.json")));
        return document.RootElement.EnumerateObject().ToImmutableDictionary(static c => c.Name, static c => ConfigOf(c.Value.GetProperty("settings")));
    }

    static AppConfig ConfigOf(JsonElement settings)
    {
        var config = new AppConfig
        {
            DbSchemas = [.. (Text("PGRST_DB_SCHEMAS") ?? Text("PGRST_DB_SCHEMA") ?? "public").Split(',', StringSplitOptions.TrimEntries)],
            DbTxEnd = Text("PGRST_DB_TX_END") switch
            {
                "rollback" => TransactionEnd.Rollback,
                "rollback-allow-override" => TransactionEnd.RollbackAllowOverride,
                "commit-allow-override" => TransactionEnd.CommitAllowOverride,
                _ => TransactionEnd.Commit,
            },
            OpenApiMode = Text("PGRST_OPENAPI_MODE") == "disabled" ? OpenApiMode.Disabled : OpenApiMode.FollowPrivileges,
            ClientErrorVerbosity = Text("PGRST_CLIENT_ERROR_VERBOSITY") == "minimal" ? ErrorVerbosity.Minimal : ErrorVerbosity.Verbose,
        };
        return (Text("PGRST_DB_ROOT_SPEC") ?? Text("PGRST_ROOT_SPEC")) is { } root
            ? config with { DbRootSpec = new QualifiedIdentifier("", root[(root.LastIndexOf('.') + 1)..]) }
            : config;

        string? Text(string name) => settings.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    static RecordedExchange Read(string file, string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var request = root.GetProperty("request");
        var response = root.GetProperty("response");
        var headers = new HeaderDictionary();
        foreach (var header in request.GetProperty("headers").EnumerateObject())
        {
            headers[header.Name] = header.Value.ValueKind == JsonValueKind.Array
                ? new StringValues([.. header.Value.EnumerateArray().Select(static v => v.GetString())])
                : header.Value.GetString();
        }

        var target = request.GetProperty("path").GetString()!;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var head = new RequestHead(
            request.GetProperty("method").GetString()!, mark < 0 ? target : target[..mark], mark < 0 ? "" : target[(mark + 1)..], headers);
        byte[] body = request.TryGetProperty("body_base64", out var base64) ? base64.GetBytesFromBase64()
            : request.GetProperty("body").GetString() is { } text ? Encoding.UTF8.GetBytes(text)
            : [];
        var code = ErrorCode(response);
        var error = ErrorBody(response);
        return new RecordedExchange(
            $"{file}/{root.GetProperty("name").GetString()}", root.GetProperty("config").GetString()!, head, body,
            response.GetProperty("status").GetInt32(), code,
            Member(error, "message"), Member(error, "details"), Member(error, "hint"),
            error is { } e && !e.TryGetProperty("details", out _))
        {
            ContentLocation = response.GetProperty("headers").TryGetProperty("content-location", out var location) ? location.GetString() : null,
        };
    }

    static string? ErrorCode(JsonElement response)
    {
        if (response.GetProperty("headers").TryGetProperty("proxy-status", out var status) && status.GetString() is { } text)
        {
            return text[(text.IndexOf("error=", StringComparison.Ordinal) + 6)..];
        }

        return response.GetProperty("status").GetInt32() >= 400 ? Member(ErrorBody(response), "code") ?? "unknown" : null;
    }

    static JsonElement? ErrorBody(JsonElement response)
    {
        if (response.GetProperty("status").GetInt32() < 300 || !response.TryGetProperty("body", out var body) || body.GetString() is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            var element = JsonDocument.Parse(text).RootElement;
            return element.ValueKind == JsonValueKind.Object ? element : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string? Member(JsonElement? error, string name) =>
        error is { } e && e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static string FindRoot([CallerFilePath] string path = "")
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "AutoRest.slnx")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("AutoRest.slnx");
    }
}
