using System.CommandLine;
using AutoRest.Cli.Backups;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest reset</c>: the stack's database as the scripts of <c>postgres/init</c> make it.</summary>
static class ResetCommand
{
    static readonly Option<bool> NoBackup = new("--no-backup") { Description = "Make no backup first" };

    public static Command Create()
    {
        var command = new Command("reset", "Makes the database anew from postgres/init, after a backup") { NoBackup, RestoreCommand.Yes, BackupCommand.Folder, CommonOptions.Data, CommonOptions.Docker };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = CommonOptions.DataOf(parsed);
            var target = await DatabaseTarget.Of(parsed, uri: null, cancel);
            var backup = !parsed.GetValue(NoBackup);
            Confirm.Ask($"Everything in {target.Describe()} is deleted{(backup ? " after a backup" : ", without a backup")}.", parsed.GetValue(RestoreCommand.Yes));
            if (backup)
            {
                var file = await BackupCommand.Run(target, data, BackupCommand.FolderOf(parsed, data), quiet: false, cancel);
                Console.WriteLine($"{file.Path} (`{target.Stack!.Command} restore {file.Path}` brings it back)");
            }

            var swap = new DatabaseSwap(target);
            var old = await StopSignals.Run(
                stop => Work.Run("Running the scripts of postgres/init", quiet: false, _ => swap.Run("reset", keepProperties: false, fresh => Fill(target, fresh, stop), stop)), cancel);
            await swap.Drop(old!, cancel);
            Console.WriteLine($"{target.Describe()} is as new.");
            return 0;
        });
        return command;
    }

    static async Task Fill(DatabaseTarget target, string fresh, CancellationToken cancel)
    {
        await using NpgsqlConnection database = await target.Open(cancel, fresh);
        await PostgresCluster.RunInitScripts(Project.Find(), database, cancel);
    }
}
