using System.Text.Json;

namespace AutoRest.Config.Tests;

/// <summary>The recorded cases, in the repository or beside it.</summary>
static class Recorded
{
    /// <summary>What <c>private.pre_config()</c> of the recorded fixture sets.</summary>
    public static readonly IReadOnlyDictionary<string, string> PreConfigSettings = new Dictionary<string, string>
    {
        ["pgrst.db_max_rows"] = "2",
        ["pgrst.openapi_mode"] = "disabled",
        ["pgrst.jwt_secret"] = "secret-of-the-pre-config-function-0123",
        ["pgrst.db_aggregates_enabled"] = "true",
        ["pgrst.client_error_verbosity"] = "minimal",
        ["pgrst.db_tx_end"] = "rollback",
    };

    public static string? Directory { get; } = Find();

    public static IEnumerable<string> Files(params string[] topics) =>
        Directory is null ? [] : topics.Select(t => Path.Combine(Directory, "cases", t + ".jsonl")).Where(File.Exists);

    public static Dictionary<string, string> Settings(string config)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory!, "configs.json")));
        return document.RootElement.GetProperty(config).GetProperty("settings").EnumerateObject()
            .ToDictionary(s => s.Name, s => s.Value.GetString()!);
    }

    public static IEnumerable<string> Configs()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory!, "configs.json")));
        return [.. document.RootElement.EnumerateObject().Select(c => c.Name)];
    }

    /// <summary><c>recorded</c> in the repository, else <c>recorded</c> or <c>shared/recorded</c> in a directory above it.</summary>
    static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            foreach (var candidate in (string[])["recorded", "shared/recorded"])
            {
                var path = Path.Combine(directory.FullName, candidate);
                if (File.Exists(Path.Combine(path, "configs.json")))
                {
                    return path;
                }
            }
        }

        return null;
    }
}
