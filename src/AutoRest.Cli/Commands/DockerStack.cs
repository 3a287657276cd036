using AutoRest.Cli.Containers;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary>
/// <c>autorest --docker VERB …</c>: the same words for the stack in containers. Docker Compose starts, stops, shows logs and opens psql; what
/// works on the database is the same code as for the native stack, told by <see cref="Option"/> which one is meant.
/// </summary>
static class DockerStack
{
    public const string Option = "--docker";

    static readonly string[] Known = ["up", "down", "status", "logs", "psql", "backup", "restore", "reset", "doctor", "types", "openapi", "token", "secrets"];

    /// <summary>What our own commands are called with; <see langword="null"/>: the verb is one that Docker Compose does (<see cref="Run"/>).</summary>
    /// <param name="words">What follows <c>--docker</c>.</param>
    /// <exception cref="CliError">The verb has no meaning there.</exception>
    public static string[]? Own(string[] words) => words switch
    {
        ["up" or "down" or "logs" or "psql", ..] => null,
        // The same files serve both stacks.
        ["token" or "secrets", ..] => words,
        ["status" or "backup" or "restore" or "reset" or "doctor" or "types" or "openapi", .. var rest] => [words[0], Option, .. rest],
        ["teardown", ..] => throw new CliError("The containers are torn down by ./teardown.sh --docker, which needs Docker only."),
        [] => throw new CliError($"What is to be done with the containers is missing: {string.Join(", ", Known)}."),
        _ => throw new CliError($"`{words[0]}` does not work on the containers: {string.Join(", ", Known)} do."),
    };

    /// <summary>Has Docker Compose do it; its exit code.</summary>
    public static async Task<int> Run(string[] words)
    {
        var compose = Compose.Find();
        var secrets = CommonOptions.SecretsOfEnvironment(Project.Find());
        if (words[0] == "up")
        {
            foreach (var name in secrets.Create())
            {
                Console.WriteLine($"Generated {Path.Combine(secrets.Folder, name)}.");
            }
        }

        // A relative path would be looked for beside docker-compose.yml.
        var variables = new Dictionary<string, string?> { ["AUTOREST_SECRETS"] = secrets.Folder };
        return await PassThrough.Run(compose.Docker, ["compose", .. Arguments(words, terminal: !Console.IsInputRedirected && !Console.IsOutputRedirected)], variables, compose.Root);
    }

    /// <summary>Arguments of <c>docker compose</c> that do what a verb of ours does.</summary>
    static IReadOnlyList<string> Arguments(string[] words, bool terminal) => words switch
    {
        ["up", .. var rest] => ["up", "--detach", "--wait", .. rest.Where(word => word is not ("--detach" or "-d")).SelectMany(word => word == "--database-only" ? (string[])[Compose.Database, Compose.Pooler] : [word])],
        ["down", .. var rest] => [.. Compose.EveryProfile, "down", .. rest],
        ["logs", .. var rest] => ["logs", .. Logs(rest)],
        ["psql", .. var rest] => ["exec", .. terminal ? (string[])[] : ["-T"], .. Psql(rest)],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static IEnumerable<string> Logs(string[] words) => words.Any(word => word is "-n" or "--lines")
        ? words.Select(word => word is "-n" or "--lines" ? "--tail" : word)
        : ["--tail", "20", .. words];

    static IReadOnlyList<string> Psql(string[] words)
    {
        string? role = null;
        var pooler = false;
        var rest = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == "--")
            {
                rest.AddRange(words[(i + 1)..]);
                break;
            }

            if (words[i] == "--pooler")
            {
                pooler = true;
            }
            else if (words[i] == "--role" && i + 1 < words.Length)
            {
                role = words[++i];
            }
            else
            {
                rest.Add(words[i]);
            }
        }

        return (role, pooler) switch
        {
            (not null, true) => throw new CliError(PsqlCommand.RoleThroughPooler),
            // The password is a file there, too.
            (null, true) =>
            [
                Compose.Database, "sh", "-c", "PGPASSWORD=$(cat /run/secrets/authenticator_password) exec psql \"$@\"", "psql",
                "-h", Compose.Pooler, "-p", $"{Compose.PoolerPort}", "-U", "authenticator", "-d", PostgresCluster.DatabaseName, .. rest,
            ],
            _ => [.. role is null ? (string[])[] : ["-e", $"PGOPTIONS={PsqlCommand.RoleOption(role)}"], Compose.Database, "psql", "-U", PostgresCluster.Superuser, "-d", PostgresCluster.DatabaseName, .. rest],
        };
    }
}
