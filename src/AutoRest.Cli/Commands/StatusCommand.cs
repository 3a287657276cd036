using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Spectre.Console;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest status</c>: what runs, and whether it answers now.</summary>
static class StatusCommand
{
    /// <summary>Exit code when nothing, or not everything, runs; as service managers do it.</summary>
    public const int NotRunning = 3;

    /// <summary>Exit code when all runs and a measure crosses its threshold.</summary>
    public const int Alerting = 4;

    static readonly Option<int?> Watch = new("--watch") { Description = "Show it again every N seconds, until Ctrl-C", HelpName = "N" };
    static readonly Option<bool> Json = new("--json") { Description = "Machine-readable" };

    public static Command Create()
    {
        var command = new Command("status", $"Shows what runs and how it does; exit code 0 in order, {NotRunning} not all of it runs, {Alerting} a threshold is crossed") { Json, Watch, CommonOptions.Data, CommonOptions.Docker };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = CommonOptions.DataOf(parsed);
            while (true)
            {
                var exitCode = CommonOptions.InContainers(parsed)
                    ? await ContainerStatus.Show(CommonOptions.SecretsOf(parsed, Project.Find()), parsed.GetValue(Json), cancel)
                    : await Show(data, parsed.GetValue(Json), cancel);
                if (parsed.GetValue(Watch) is not { } seconds)
                {
                    return exitCode;
                }

                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 3600)), cancel);
                }
                catch (OperationCanceledException)
                {
                    return exitCode;
                }
            }
        });
        return command;
    }

    static async Task<int> Show(DataFolder data, bool asJson, CancellationToken cancel)
    {
        var state = StackState.Read(data.StateFile);
        var running = state is { IsRunning: true };
        var components = state is null ? [] : await Task.WhenAll(state.Components.Select(component => Look(component, cancel)));
        var healthy = running && state!.Phase == Phase.Ready && components.All(component => component.Health == Health.Healthy);
        var measures = running && components is [{ Health: Health.Healthy }, ..] ? await Measure(state!, cancel) : null;
        var alerts = measures?.Alerts() ?? [];
        if (asJson)
        {
            Console.WriteLine(ToJson(data, state, running, healthy, components, measures, alerts));
        }
        else
        {
            Print(data, state, running, components);
            Print(measures, alerts);
        }

        return !healthy ? NotRunning : alerts.Count > 0 ? Alerting : 0;
    }

    static async Task<Measures?> Measure(StackState state, CancellationToken cancel)
    {
        try
        {
            return await Measures.Read(OwnStack.Of(state), cancel);
        }
        catch (CliError)
        {
            // It has just gone, or another user's secrets cannot be read: the components' health is the answer then.
            return null;
        }
    }

    internal static void Print(Measures? measures, IReadOnlyList<string> alerts)
    {
        if (measures is null)
        {
            return;
        }

        var cache = measures.CacheHitPercent is { } hit ? string.Create(CultureInfo.InvariantCulture, $"{hit:0.0} %") : "too little read to say";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"database: PostgreSQL {measures.Version}, {Work.Size(measures.SizeBytes)}, {measures.Connections} of {measures.MaxConnections} connections ({measures.ConnectionsPercent:0} %), cache hits {cache}"));
        foreach (var replica in measures.Replicas)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"replica: {replica.Name} {replica.State}, {replica.LagSeconds:0.0} s behind"));
        }

        if (measures.Pooler is { } pooler)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pooler: {pooler.Version}, {pooler.Clients} clients, {pooler.Waiting} waiting ({pooler.MaxWaitSeconds:0.0} s), {pooler.Servers} server connections, {pooler.Transactions} transactions"));
        }

        foreach (var alert in alerts)
        {
            AnsiConsole.Markup("[red]![/] ");
            Console.WriteLine(alert);
        }
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
            table.AddRow(
                Markup.Escape(component.Name), Coloured(component.Health),
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

    static string ToJson(DataFolder data, StackState? state, bool running, bool healthy, ComponentState[] components, Measures? measures, IReadOnlyList<string> alerts)
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
            Write(json, measures, alerts);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    internal static void Write(Utf8JsonWriter json, Measures? measures, IReadOnlyList<string> alerts)
    {
        Write(json, measures);
        json.WriteStartArray("alerts");
        foreach (var alert in alerts)
        {
            json.WriteStringValue(alert);
        }

        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, Measures? measures)
    {
        if (measures is null)
        {
            json.WriteNull("database");
            json.WriteNull("pooler");
            return;
        }

        json.WriteStartObject("database");
        json.WriteString("version", measures.Version);
        json.WriteNumber("sizeBytes", measures.SizeBytes);
        json.WriteNumber("connections", measures.Connections);
        json.WriteNumber("maxConnections", measures.MaxConnections);
        if (measures.CacheHitPercent is { } hit)
        {
            json.WriteNumber("cacheHitPercent", Math.Round(hit, 2));
        }
        else
        {
            json.WriteNull("cacheHitPercent");
        }

        json.WriteStartArray("replicas");
        foreach (var replica in measures.Replicas)
        {
            json.WriteStartObject();
            json.WriteString("name", replica.Name);
            json.WriteString("state", replica.State);
            json.WriteNumber("lagSeconds", replica.LagSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        if (measures.Pooler is not { } pooler)
        {
            json.WriteNull("pooler");
            return;
        }

        json.WriteStartObject("pooler");
        json.WriteString("version", pooler.Version);
        json.WriteNumber("clients", pooler.Clients);
        json.WriteNumber("waiting", pooler.Waiting);
        json.WriteNumber("maxWaitSeconds", pooler.MaxWaitSeconds);
        json.WriteNumber("servers", pooler.Servers);
        json.WriteNumber("transactions", pooler.Transactions);
        json.WriteEndObject();
    }

    internal static string Coloured(Health health) => $"[{health switch { Health.Healthy => "green", Health.Down => "red", _ => "yellow" }}]{Text(health)}[/]";

    internal static string Text<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
