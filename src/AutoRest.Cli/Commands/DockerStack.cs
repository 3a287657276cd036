using System.Diagnostics;
using AutoRest.Cli.Backups;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest --docker VERB …</c>: the same words for the stack in containers. Docker Compose does the work.</summary>
static class DockerStack
{
    public const string Option = "--docker";

    static readonly string[] Psql = ["psql", "-U", PostgresCluster.Superuser, "-d", PostgresCluster.DatabaseName];

    public static async Task<int> Run(string[] arguments, CancellationToken cancel)
    {
        var project = Project.Find();
        var docker = Executables.Find("docker") ?? throw new CliError("Docker is not installed: install Docker Engine with the compose plugin, or leave out --docker.");
        return arguments is ["backup", .. var rest]
            ? await Backup(docker, project, rest, cancel)
            : await PassThrough.Run(docker, ["compose", .. Compose(arguments, terminal: !Console.IsInputRedirected && !Console.IsOutputRedirected)], new Dictionary<string, string?>(), project.Root);
    }

    /// <summary>Arguments of <c>docker compose</c> that do what a verb of ours does.</summary>
    /// <exception cref="CliError">The verb has no meaning there.</exception>
    internal static IReadOnlyList<string> Compose(string[] arguments, bool terminal) => arguments switch
    {
        ["up", .. var rest] => ["up", "--detach", "--wait", .. rest.Where(word => word is not ("--detach" or "-d"))],
        // A profile that is not named is left running.
        ["down", .. var rest] => ["--profile", "replica", "--profile", "monitoring", "--profile", "pgadmin", "down", .. rest],
        ["status", "--json"] => ["ps", "--all", "--format", "json"],
        ["status", .. var rest] => ["ps", "--all", .. rest],
        ["logs", .. var rest] => ["logs", .. Logs(rest)],
        ["psql", "--role", var role, .. var rest] => ["exec", .. terminal ? (string[])[] : ["-T"], "-e", $"PGOPTIONS={PsqlCommand.RoleOption(role)}", "postgres", .. Psql, .. rest],
        ["psql", .. var rest] => ["exec", .. terminal ? (string[])[] : ["-T"], "postgres", .. Psql, .. rest],
        [] => throw new CliError("What is to be done with the containers is missing: up, down, status, logs, psql or backup."),
        [var verb, ..] => throw new CliError($"`{verb}` does not work on the containers: up, down, status, logs, psql and backup do."),
    };

    static IEnumerable<string> Logs(string[] words) => words.Any(word => word is "-n" or "--lines")
        ? words.Select(word => word is "-n" or "--lines" ? "--tail" : word)
        : ["--tail", "20", .. words];

    static async Task<int> Backup(string docker, Project project, string[] options, CancellationToken cancel)
    {
        var (folder, keep) = options switch
        {
            [] => (Path.Combine(project.Root, "data", "backups"), (int?)null),
            ["--keep", var count] when int.TryParse(count, out var number) && number > 0 => (Path.Combine(project.Root, "data", "backups"), number),
            ["--folder", var given] => (Path.GetFullPath(given), null),
            ["--folder", var given, "--keep", var count] when int.TryParse(count, out var number) && number > 0 => (Path.GetFullPath(given), number),
            _ => throw new CliError("With --docker, backup takes --folder DIR and --keep N, in this order."),
        };
        var file = await BackupFile.Create(
            PostgresCluster.DatabaseName, folder,
            path => Exec(docker, project, ["pg_dump", "--format=custom", "--compress=6", "-U", PostgresCluster.Superuser, PostgresCluster.DatabaseName], null, path, cancel),
            path => Exec(docker, project, ["pg_restore", "--list"], path, null, cancel),
            cancel);
        Console.WriteLine($"{file.Path} ({Work.Size(new FileInfo(file.Path).Length)}), checksum in {file.ChecksumPath}");
        if (keep is { } newest)
        {
            BackupFile.Prune(folder, PostgresCluster.DatabaseName, newest);
        }

        return 0;
    }

    // In the database's container, whose programs are of its version; files stay on this side.
    static async Task Exec(string docker, Project project, string[] command, string? from, string? to, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(docker, ["compose", "exec", "-T", "postgres", .. command]) { WorkingDirectory = project.Root, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        await using var output = to is null ? Stream.Null : new FileStream(to, FileMode.Open, FileAccess.Write);
        var writing = process.StandardOutput.BaseStream.CopyToAsync(output, cancel);
        if (from is not null)
        {
            try
            {
                await using var input = File.OpenRead(from);
                await input.CopyToAsync(process.StandardInput.BaseStream, cancel);
            }
            catch (IOException)
            {
                // It has read what it needs, or ended: the exit code tells which.
            }
        }

        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The same.
        }

        await writing;
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new CliError($"{command[0]} failed in the container (exit code {process.ExitCode}): look whether it runs (`autorest --docker status`).", (await error).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
