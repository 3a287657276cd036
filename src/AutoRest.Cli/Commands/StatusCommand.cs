using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AutoRest.Cli.Processes;
using Spectre.Console;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest status</c>: what runs, and whether it answers now.</summary>
static class StatusCommand
{
    /// <summary>Exit code when nothing, or not everything, runs; as service managers do it.</summary>
    public const int NotRunning = 3;

    static readonly Option<bool> Json = new("--json") { Description = "Machine-readable" };

    public static Command Create()
    {
        var command = new Command("status", $"Shows what runs; exit code 0 when all of it is healthy, else {NotRunning}") { Json, CommonOptions.Data };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = CommonOptions.DataOf(parsed);
            var state = StackState.Read(data.StateFile);
            var running = state is { IsRunning: true };
            var components = state is null ? [] : await Task.WhenAll(state.Components.Select(component => Look(component, cancel)));
            var healthy = running && state!.Phase == Phase.Ready && components.All(component => component.Health == Health.Healthy);
            if (parsed.GetValue(Json))
            {
                Console.WriteLine(ToJson(data, state, running, healthy, components));
            }
            else
            {
                Print(data, state, running, components);
            }

            return healthy ? 0 : NotRunning;
        });
        return command;
    }

    // What the supervisor wrote down, corrected by what is true now: it may have been killed.
    static async Task<ComponentState> Look(ComponentState component, CancellationToken cancel)
    {
        if (component.Process is not { IsAlive: true })
        {
            return component with { Health = component.Health == Health.Waiting ? Health.Waiting : Health.Down };
        }

        return component.Health == Health.Healthy && !await Answers(component.Address, cancel) ? component with { Health = Health.Down, Doing = "does not answer" } : component;
    }

    static async Task<bool> Answers(string address, CancellationToken cancel)
    {
        var end = new Uri(address.Contains("://", StringComparison.Ordinal) ? address : "tcp://" + address);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            using var client = new TcpClient();
            // Names under .localhost are loopback by definition; not every resolver knows.
            await client.ConnectAsync("127.0.0.1", end.Port, patience.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    static void Print(DataFolder data, StackState? state, bool running, ComponentState[] components)
    {
        if (state is null)
        {
            Console.WriteLine($"The stack is not running (data folder {data.Path}). Start it with `autorest up`.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("component", "health", "pid", "address", "restarts");
        foreach (var component in components)
        {
            var colour = component.Health switch { Health.Healthy => "green", Health.Down => "red", _ => "yellow" };
            table.AddRow(
                Markup.Escape(component.Name), $"[{colour}]{Text(component.Health)}[/]",
                component.Process is { IsAlive: true } process ? process.Pid.ToString(CultureInfo.InvariantCulture) : "-",
                Markup.Escape(component.Address), component.Restarts.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
        foreach (var component in components.Where(component => component.Doing.Length > 0))
        {
            Console.WriteLine($"{component.Name}: {component.Doing}");
        }

        Console.WriteLine(running
            ? $"{Text(state.Phase)} since {state.Since.LocalDateTime:yyyy-MM-dd HH:mm}; {(state.Urls is { } urls ? $"API {urls.Api}, " : "")}data {data.Path}, logs {data.Logs}"
            : $"Not running: the process that ran the stack is gone. `autorest up` starts it again, `autorest down` clears up. {state.Error}");
    }

    static string ToJson(DataFolder data, StackState? state, bool running, bool healthy, ComponentState[] components)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("running", running);
            json.WriteBoolean("healthy", healthy);
            json.WriteString("phase", state is null ? "stopped" : Text(state.Phase));
            json.WriteString("data", data.Path);
            json.WriteString("logs", data.Logs);
            if (state is not null)
            {
                json.WriteString("secrets", state.Secrets);
                json.WriteNumber("pid", state.Supervisor.Pid);
                json.WriteString("since", state.Since);
                json.WriteString("apiUrl", state.Urls?.Api);
                json.WriteString("serverUrl", state.Urls?.Server);
                json.WriteString("adminUrl", state.Urls?.Admin);
                json.WriteString("poolerUrl", state.PoolerUrl);
                json.WriteString("databaseUrl", state.DatabaseUrl);
                json.WriteString("error", state.Error);
            }

            json.WriteStartArray("components");
            foreach (var component in components)
            {
                json.WriteStartObject();
                json.WriteString("name", component.Name);
                json.WriteString("title", component.Title);
                json.WriteString("health", Text(component.Health));
                json.WriteString("doing", component.Doing);
                json.WriteString("address", component.Address);
                if (component.Process is { IsAlive: true } process)
                {
                    json.WriteNumber("pid", process.Pid);
                }
                else
                {
                    json.WriteNull("pid");
                }

                json.WriteNumber("restarts", component.Restarts);
                json.WriteString("log", component.Log);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    static string Text<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
