using System.Text;
using System.Text.Json;
using AutoRest.Cli.Containers;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Spectre.Console;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest --docker status</c>: the containers and the same measures, thresholds and exit codes as natively.</summary>
static class ContainerStatus
{
    public static async Task<int> Show(Secrets secrets, bool asJson, CancellationToken cancel)
    {
        var containers = await Container.List(Compose.Find(), cancel);
        var healthy = containers.All(container => container.Health == Health.Healthy) && Container.Needed.All(service => containers.Any(container => container.Service == service));
        var measures = containers.Any(container => container is { Service: Compose.Database, Health: Health.Healthy }) ? await Measure(secrets, cancel) : null;
        var alerts = measures?.Alerts() ?? [];
        if (asJson)
        {
            Console.WriteLine(ToJson(containers, healthy, measures, alerts));
        }
        else
        {
            Print(containers);
            StatusCommand.Print(measures, alerts);
        }

        return !healthy ? StatusCommand.NotRunning : alerts.Count > 0 ? StatusCommand.Alerting : 0;
    }

    static async Task<Measures?> Measure(Secrets secrets, CancellationToken cancel)
    {
        try
        {
            return await Measures.Read(await OwnStack.InContainers(secrets, cancel), cancel);
        }
        catch (CliError e)
        {
            // The containers' health is the answer then.
            await Console.Error.WriteLineAsync($"autorest: {e.Message}");
            return null;
        }
    }

    static void Print(IReadOnlyList<Container> containers)
    {
        if (containers.Count == 0)
        {
            Console.WriteLine("There are no containers. Start them with `autorest --docker up`.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("container", "health", "address", "says Docker");
        foreach (var container in containers)
        {
            table.AddRow(Markup.Escape(container.Name), StatusCommand.Coloured(container.Health), Markup.Escape(container.Address), Markup.Escape(container.Doing));
        }

        AnsiConsole.Write(table);
    }

    static string ToJson(IReadOnlyList<Container> containers, bool healthy, Measures? measures, IReadOnlyList<string> alerts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("running", containers.Any(container => container.Health != Health.Down));
            json.WriteBoolean("healthy", healthy);
            json.WriteStartArray("components");
            foreach (var container in containers)
            {
                json.WriteStartObject();
                json.WriteString("name", container.Service);
                json.WriteString("container", container.Name);
                json.WriteString("title", container.Image);
                json.WriteString("health", StatusCommand.Text(container.Health));
                json.WriteString("doing", container.Doing);
                json.WriteString("address", container.Address);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            StatusCommand.Write(json, measures, alerts);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
