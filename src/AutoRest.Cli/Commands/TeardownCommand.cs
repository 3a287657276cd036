using System.CommandLine;
using Spectre.Console;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest teardown</c>: stops, and deletes data and secrets when told so.</summary>
static class TeardownCommand
{
    static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Delete data and secrets without asking" };
    static readonly Option<bool> KeepData = new("--keep-data") { Description = "Only stop; keep data and secrets" };

    public static Command Create()
    {
        var command = new Command("teardown", "Stops the stack and, after asking, deletes its data and secrets") { Yes, KeepData, CommonOptions.Data, CommonOptions.Secrets };
        command.SetAction(async (parsed, cancel) =>
        {
            var project = Project.Find();
            var data = CommonOptions.DataOf(parsed);
            var secrets = CommonOptions.SecretsOf(parsed, project);
            await DownCommand.Run(data, cancel);
            if (parsed.GetValue(KeepData))
            {
                Console.WriteLine($"Kept: {data.Path} and {secrets.Folder}.");
                return 0;
            }

            var yes = parsed.GetValue(Yes);
            Delete($"the database and logs in {data.Path}", yes, () => DeleteData(data));
            Delete($"the secrets in {secrets.Folder}", yes, () => secrets.Delete());
            return 0;
        });
        return command;
    }

    static void Delete(string what, bool yes, Action delete)
    {
        if (!yes && !Ask(what))
        {
            Console.WriteLine($"Kept: {what}.");
            return;
        }

        try
        {
            delete();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new CliError($"Could not delete {what} ({e.Message.TrimEnd('.')}): run as the user who created it.");
        }

        Console.WriteLine($"Deleted: {what}.");
    }

    // Nobody to ask: nothing is deleted.
    static bool Ask(string what) =>
        !Console.IsInputRedirected && AnsiConsole.Profile.Capabilities.Interactive
            ? AnsiConsole.Confirm($"Delete {Markup.Escape(what)}?", defaultValue: false)
            : Console.IsInputRedirected && Console.In.ReadLine()?.Trim() is "y" or "yes";

    // Only what `up` makes: the folder may be one that holds other things too.
    static void DeleteData(DataFolder data)
    {
        if (!Directory.Exists(data.Path))
        {
            return;
        }

        // What a restore to a moment has kept is a database too.
        foreach (var folder in (IEnumerable<string>)[data.Cluster, data.PgBouncer, data.Wal, data.Logs, data.Run, .. Directory.GetDirectories(data.Path, Path.GetFileName(data.Cluster) + ".*")])
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        File.Delete(data.ClusterMarker);
        File.Delete(data.InitMarker);
        if (!Directory.EnumerateFileSystemEntries(data.Path).Any())
        {
            Directory.Delete(data.Path);
        }
    }
}
