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

    public static DataFolder DataOf(ParseResult parsed, Action<string>? say = null) =>
        DataFolder.Choose(Project.Find(), parsed.GetValue(Data), OsAccount.ForDatabase(), say);

    public static Secrets SecretsOf(ParseResult parsed, Project project) =>
        new(parsed.GetValue(Secrets) is { Length: > 0 } folder ? Path.GetFullPath(folder) : project.SecretsFolder);
}
