using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AutoRest.Cli.Tests;

/// <summary><c>docker-compose.yml</c> as Compose itself reads it: anchors and variables resolved, every profile.</summary>
static class ComposeFile
{
    static string Root => Project.Find().Root;

    public static async Task<JsonElement> Read()
    {
        var program = Executables.Find("docker-compose");
        Tool.Requires(program is not null, "docker-compose is not installed");
        // The program is one of Debian's Python, which therefore has a reader of YAML.
        const string Json = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
        var start = new ProcessStartInfo("/bin/sh", ["-c", "\"$1\" -f \"$2\" --profile replica --profile monitoring config | /usr/bin/python3 -c \"$3\"", "sh", program!, Path.Combine(Root, "docker-compose.yml"), Json])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        // What its defaults give.
        start.Environment.Remove("AUTOREST_SECRETS");
        start.Environment.Remove("AUTOREST_SERVERS");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(output.StartsWith('{'), await error);
        return JsonDocument.Parse(output).RootElement;
    }

    public static IEnumerable<string> Strings(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(word => word.ToString()) : [];

    public static Dictionary<string, string> Variables(this JsonElement service) =>
        service.TryGetProperty("environment", out var variables) ? variables.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value.ToString()) : [];
}

/// <summary>The last stage of a Dockerfile: what a container of it starts with.</summary>
/// <param name="Variables"><c>ENV</c>.</param>
/// <param name="User"><c>USER</c>; <see langword="null"/>: root.</param>
/// <param name="Copied"><c>COPY</c> from the checkout: source, place.</param>
sealed record ImageFile(Dictionary<string, string> Variables, string[] Entrypoint, string[] HealthCheck, string? User, string Folder, IReadOnlyList<(string From, string To)> Copied)
{
    public static async Task<ImageFile> Read(string path)
    {
        var text = string.Join('\n', (await File.ReadAllLinesAsync(Path.Combine(Project.Find().Root, path))).Where(line => !line.StartsWith('#'))).Replace("\\\n", " ", StringComparison.Ordinal);
        var lines = text[text.LastIndexOf("FROM ", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new ImageFile(
            Of("ENV").SelectMany(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]),
            List(Of("ENTRYPOINT").Single()), List(Regex.Match(Of("HEALTHCHECK").Single(), @"CMD (\[.*\])$").Groups[1].Value), Of("USER").SingleOrDefault(), Of("WORKDIR").Single(),
            [.. Of("COPY").Select(value => value.Split(' ').Where(word => !word.StartsWith("--chmod", StringComparison.Ordinal)).ToArray()).Where(words => words is [_, _]).Select(words => (words[0], words[1]))]);

        IEnumerable<string> Of(string instruction) => lines.Where(line => line.StartsWith(instruction + " ", StringComparison.Ordinal)).Select(line => line[(instruction.Length + 1)..].Trim());
        static string[] List(string json) => JsonSerializer.Deserialize<string[]>(json)!;
    }
}
