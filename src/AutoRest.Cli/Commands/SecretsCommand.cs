using System.CommandLine;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest secrets</c>: makes the missing files, for the container stack.</summary>
static class SecretsCommand
{
    public static Command Create()
    {
        var command = new Command("secrets", "Generates the missing secret files and nothing else") { CommonOptions.Secrets };
        command.SetAction(parsed =>
        {
            var secrets = CommonOptions.SecretsOf(parsed, Project.Find());
            var made = secrets.Create();
            Console.WriteLine(made.Count > 0 ? $"Generated in {secrets.Folder}: {string.Join(", ", made)}." : $"All secrets are in {secrets.Folder}.");
            return 0;
        });
        return command;
    }
}
