using System.Diagnostics;
using System.Text.Json;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Tests;

/// <summary>The program <c>autorest</c> as its own process, with data and secrets in a folder of its own.</summary>
sealed class Tool : IAsyncDisposable
{
    readonly TempFolder _temp = new();

    public Tool() => Requires(PostgresBinaries.Candidates(Project.Find().Root).Any(PostgresBinaries.IsComplete), "PostgreSQL is not installed");

    /// <summary>What a test cannot do without: where it is missing the test is skipped with the reason, and fails in CI, where nobody would run it otherwise.</summary>
    public static void Requires(bool present, string missing)
    {
        if (!present && Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            Assert.Fail($"{missing}, and CI has to have it");
        }

        Assert.SkipUnless(present, missing);
    }

    public string Data => _temp.In("data");

    public string SecretsFolder => _temp.In("secrets");

    public Secrets Secrets => new(SecretsFolder);

    public TempFolder Temp => _temp;

    public Dictionary<string, string?> Variables { get; } = [];

    /// <summary>What it is called with, as to run in another network.</summary>
    public string[] Prefix { get; set; } = [];

    string[] Command(string[] arguments) => [.. Prefix, "dotnet", typeof(Project).Assembly.Location, .. arguments];

    ProcessStartInfo StartInfo(string[] arguments)
    {
        var command = Command(arguments);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["AUTOREST_DATA"] = Data;
        start.Environment["AUTOREST_SECRETS"] = SecretsFolder;
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    public Process Start(params string[] arguments) => Process.Start(StartInfo(arguments))!;

    public async Task<Said> Run(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        // Not until the end of the stream: a background process that inherited it would hold it open; that must not happen.
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        return new Said(process.ExitCode, await output.WaitAsync(TimeSpan.FromSeconds(5)), await error.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    /// <summary>Runs it, and fails the test with what it said when the exit code is not 0.</summary>
    public async Task<string> Succeed(params string[] arguments)
    {
        var said = await Run(arguments);
        Assert.True(said.ExitCode == 0, $"autorest {string.Join(' ', arguments)}: {said}");
        return said.Output;
    }

    public async Task<JsonElement> Status() => JsonDocument.Parse((await Run("status", "--json")).Output).RootElement;

    public async Task<JsonElement> Component(string name) => (await Status()).GetProperty("components").EnumerateArray().Single(component => component.GetProperty("name").GetString() == name);

    public async Task<int> Pid(string component) => (await Component(component)).GetProperty("pid").GetInt32();

    /// <summary>A connection to a running component's database.</summary>
    /// <param name="known">Its port, when that is known already.</param>
    public async Task<NpgsqlConnection> Connect(string component, string user, string password, string? known = null)
    {
        var port = known ?? (await Component(component)).GetProperty("address").GetString()!.Split(':')[1];
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Database=autorest;Username={user};Password={password};Pooling=false;SSL Mode=Disable");
        await connection.OpenAsync();
        return connection;
    }

    public static async Task<object?> Scalar(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever a failed test left: by number and start time, out of the state file.
        await Run("down");
        if (StackState.Read(new DataFolder(Data).StateFile) is { } state)
        {
            await Leftovers.Stop(state);
        }

        _temp.Dispose();
    }
}

sealed record Said(int ExitCode, string Output, string Error)
{
    /// <summary>The one sentence of a refusal.</summary>
    public string Sentence => Error.Split('\n')[0].TrimEnd();
}
