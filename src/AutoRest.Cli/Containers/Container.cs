using System.Text.Json;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Containers;

/// <summary>One container, as <c>docker compose ps</c> knows it.</summary>
/// <param name="Name">Its own, with the number that tells several of a service apart.</param>
/// <param name="Doing">What Docker says about it in words.</param>
/// <param name="Address">Where it is published on this machine; empty: nowhere.</param>
sealed record Container(string Name, string Service, string Image, Health Health, string Doing, string Address)
{
    /// <summary>The services without which there is no API; the others belong to profiles.</summary>
    public static readonly string[] Needed = [Compose.Database, Compose.Pooler, Compose.Server, "proxy"];

    /// <summary>Asks for all there are, those that have ended included.</summary>
    /// <exception cref="CliError">Docker does not answer.</exception>
    public static async Task<IReadOnlyList<Container>> List(Compose compose, CancellationToken cancel)
    {
        var run = await compose.Run(["compose", .. Compose.EveryProfile, "ps", "--all", "--format", "json"], cancel);
        return run.ExitCode == 0 ? Parse(run.Output) : throw new CliError("Docker cannot say what runs: see that its engine is started (`docker info`).", run.Complaints);
    }

    /// <summary>Reads its answer: one array, or since Compose 2.21 one object per line.</summary>
    internal static IReadOnlyList<Container> Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text.TrimStart().StartsWith('[') ? text : $"[{string.Join(',', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))}]");
            return [.. json.RootElement.EnumerateArray().Select(Read).OrderBy(container => Array.IndexOf(Needed, container.Service) is var place && place < 0 ? int.MaxValue : place).ThenBy(container => container.Name, StringComparer.Ordinal)];
        }
        catch (JsonException)
        {
            throw new CliError("Docker Compose answers in a way that is not understood: install version 2.");
        }
    }

    static Container Read(JsonElement container) => new(
        Text(container, "Name"), Text(container, "Service"), Text(container, "Image"),
        (Text(container, "State"), Text(container, "Health")) switch
        {
            ("running", "healthy" or "") => Health.Healthy,
            ("running", "starting") => Health.Starting,
            ("running", _) => Health.Down,
            ("created", _) => Health.Waiting,
            _ => Health.Down,
        },
        Text(container, "Status"),
        container.TryGetProperty("Publishers", out var ports) && ports.ValueKind == JsonValueKind.Array
            ? string.Join(' ', ports.EnumerateArray().Where(port => port.GetProperty("PublishedPort").GetInt32() != 0).Select(port => $"{port.GetProperty("URL").GetString()}:{port.GetProperty("PublishedPort").GetInt32()}"))
            : "");

    static string Text(JsonElement container, string name) => container.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
