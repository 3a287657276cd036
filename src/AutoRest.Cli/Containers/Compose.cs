using System.Diagnostics;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Containers;

/// <summary>Docker Compose, for the project's <c>docker-compose.yml</c>.</summary>
/// <param name="Docker">The program <c>docker</c>.</param>
/// <param name="Root">Folder of that file.</param>
sealed record Compose(string Docker, string Root)
{
    /// <summary>The database's service: PostgreSQL's programs of its version are there, and it reaches the pooler.</summary>
    public const string Database = "postgres";

    public const int DatabasePort = 5432;

    public const string Pooler = "pgbouncer";

    public const int PoolerPort = 6432;

    public const string Server = "server";

    public const int ServerPort = 3000;

    /// <summary>All profiles of the file: what is not named is neither listed nor taken down.</summary>
    public static readonly IReadOnlyList<string> EveryProfile = ["--profile", "replica", "--profile", "monitoring"];

    /// <exception cref="CliError">Docker is not installed.</exception>
    public static Compose Find() => new(
        Executables.Find("docker") ?? throw new CliError("Docker is not installed: install Docker Engine with the compose plugin, or leave out --docker."),
        Project.Find().Root);

    /// <summary>Arguments of <c>docker</c> that run a command in a service's container, without a terminal.</summary>
    /// <param name="variables">Readable by everybody on this machine, as arguments are: no secrets.</param>
    public static IReadOnlyList<string> Exec(string service, IEnumerable<KeyValuePair<string, string>> variables, params IEnumerable<string> command) =>
        ["compose", "exec", "-T", .. variables.SelectMany(variable => (string[])["-e", $"{variable.Key}={variable.Value}"]), service, .. command];

    /// <summary>Runs <c>docker</c> to its end.</summary>
    public Task<ProgramRun> Run(IEnumerable<string> arguments, CancellationToken cancel, Func<Stream, Task>? input = null, string? output = null, Action<string>? said = null) =>
        ProgramRun.Run(Docker, arguments, new Dictionary<string, string?>(), cancel, said: said, folder: Root, input: input, output: output);

    /// <summary>Starts a command in a service's container, to talk to it through its standard input and output.</summary>
    public Process Start(string service, params IEnumerable<string> command) =>
        Process.Start(new ProcessStartInfo(Docker, Exec(service, [], command)) { WorkingDirectory = Root, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Where a service's port is published on this machine, as <c>host:port</c>; <see langword="null"/>: nowhere, or it does not run.</summary>
    public async Task<string?> Published(string service, int port, CancellationToken cancel)
    {
        var run = await Run(["compose", "port", service, $"{port}"], cancel);
        return run.ExitCode == 0 && run.Output.Trim() is { Length: > 0 } address ? address : null;
    }

    /// <summary>Checks that a service's container runs.</summary>
    /// <exception cref="CliError">It does not, or Docker does not answer.</exception>
    public async Task Demand(string service, CancellationToken cancel)
    {
        var run = await Run(Exec(service, [], "true"), cancel);
        if (run.ExitCode != 0)
        {
            throw new CliError($"The container of {service} is not running: start the stack with `autorest --docker up`, and see `autorest --docker status`.", run.Complaints);
        }
    }
}
