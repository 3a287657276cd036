using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoRest.Cli.Processes;

/// <summary>What the running stack writes down about itself, for <c>status</c>, <c>down</c> and a second <c>up</c>.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Supervisor">The process that runs the stack.</param>
/// <param name="Since">When it started.</param>
/// <param name="Project">Folder of the checkout.</param>
/// <param name="Secrets">Folder of the secrets.</param>
/// <param name="Urls">Where the API is; <see langword="null"/> when only the database was asked for.</param>
/// <param name="DatabaseUrl">PostgreSQL, without password.</param>
/// <param name="PoolerUrl">PgBouncer, without password; <see langword="null"/> without one.</param>
/// <param name="Components">In starting order.</param>
/// <param name="Error">Why it failed; one sentence.</param>
/// <param name="ErrorLog">Log lines that explain the failure.</param>
sealed record StackState(
    Phase Phase,
    ProcessIdentity Supervisor,
    DateTimeOffset Since,
    string Project,
    string Secrets,
    StackUrls? Urls,
    string DatabaseUrl,
    string? PoolerUrl,
    IReadOnlyList<ComponentState> Components,
    string? Error = null,
    IReadOnlyList<string>? ErrorLog = null)
{
    /// <summary>Reads it; <see langword="null"/> when there is none, or it cannot be understood.</summary>
    public static StackState? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), StateJson.Default.StackState);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliError($"{path} belongs to another user: run as its owner.");
        }
    }

    public void Write(string path)
    {
        // Renamed into place: a reader sees the old or the new one, never half of it.
        var next = path + ".new";
        File.WriteAllText(next, JsonSerializer.Serialize(this, StateJson.Default.StackState));
        File.Move(next, path, overwrite: true);
    }

    [JsonIgnore]
    public bool IsRunning => Supervisor.IsAlive;
}

/// <param name="Api">Through the proxy.</param>
/// <param name="Server">The server itself.</param>
/// <param name="Admin">Its admin port.</param>
sealed record StackUrls(string Api, string Server, string Admin);

/// <summary>One component in the state file.</summary>
sealed record ComponentState(string Name, string Title, string Address, Health Health, string Doing, ProcessIdentity? Process, int Restarts, string Log);

enum Phase
{
    Starting,
    Ready,
    Failed,
    Stopping,
}

enum Health
{
    Waiting,
    Starting,
    Healthy,
    Down,
    Stopped,
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StackState))]
sealed partial class StateJson : JsonSerializerContext;
