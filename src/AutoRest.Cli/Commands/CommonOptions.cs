using System.CommandLine;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary>Options that several commands take, with the same meaning in each.</summary>
static class CommonOptions
{
    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of the database, logs and state (default: data in the project; or AUTOREST_DATA)",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AUTOREST_DATA"),
    };

    public static readonly Option<string?> Secrets = new("--secrets")
    {
        Description = "Folder of the secrets (default: secrets in the project; or AUTOREST_SECRETS)",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AUTOREST_SECRETS"),
    };

    /// <summary>For commands that do the same work on either stack; those that have Docker Compose do it are in <see cref="DockerStack"/>.</summary>
    public static readonly Option<bool> Docker = new(DockerStack.Option) { Description = "The stack in containers instead of the native one" };

    public static bool InContainers(ParseResult parsed) => parsed.GetValue(Docker);

    public static DataFolder DataOf(ParseResult parsed, Action<string>? say = null) =>
        InContainers(parsed)
            // Only backups go there: no account but ours has to reach it.
            ? new DataFolder(Path.GetFullPath(parsed.GetValue(Data) is { Length: > 0 } given ? given : Path.Combine(Project.Find().Root, "data")))
            : DataFolder.Choose(Project.Find(), parsed.GetValue(Data), OsAccount.ForDatabase(), say);

    public static Secrets SecretsOf(ParseResult parsed, Project project) =>
        parsed.GetValue(Secrets) is { Length: > 0 } folder ? new(Path.GetFullPath(folder)) : SecretsOfEnvironment(project);

    /// <summary>Where there is no such option.</summary>
    public static Secrets SecretsOfEnvironment(Project project) =>
        new(Environment.GetEnvironmentVariable("AUTOREST_SECRETS") is { Length: > 0 } folder ? Path.GetFullPath(folder) : project.SecretsFolder);
}
