using System.CommandLine;
using AutoRest.Cli.Backups;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest restore</c>: puts a backup in the place of the database, or leaves everything as it is.</summary>
static class RestoreCommand
{
    static readonly Argument<FileInfo?> Backup = new("file") { Description = "The backup (default: the newest)", Arity = ArgumentArity.ZeroOrOne };
    static readonly Option<bool> DropOld = new("--drop-old") { Description = "Drop the database that was in use before" };
    static readonly Option<bool> NoChecksum = new("--no-checksum") { Description = "Accept a file that has no checksum beside it" };

    static readonly Option<string?> To = new("--to")
    {
        Description = $"Bring the whole cluster to this moment ('2026-05-01 14:30:00', or {PointInTimeRestore.Latest}) from a base backup and the archived log",
        HelpName = "TIME",
    };

    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask" };

    public static Command Create()
    {
        var command = new Command("restore", "Restores a backup beside the database and then exchanges the two") { Backup, To, DropOld, NoChecksum, Yes, BackupCommand.Folder, BackupCommand.DbUri, CommonOptions.Data, CommonOptions.Secrets, CommonOptions.Docker };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = CommonOptions.DataOf(parsed);
            if (parsed.GetValue(To) is { Length: > 0 } moment)
            {
                if (CommonOptions.InContainers(parsed))
                {
                    throw new CliError("The containers keep no log to bring them back to a moment: restore a backup, without --to.");
                }

                return await RunTo(moment, parsed, data, cancel);
            }

            var target = await DatabaseTarget.Of(parsed, parsed.GetValue(BackupCommand.DbUri), cancel);
            var folder = BackupCommand.FolderOf(parsed, data);
            var file = parsed.GetValue(Backup) is { } given ? new BackupFile(given.FullName)
                : BackupFile.In(folder, target.Database) is [var newest, ..] ? newest : throw new CliError($"There is no backup of {target.Database} in {folder}: make one with `{target.Stack?.Command ?? "autorest"} backup`, or name a file.");
            await file.Verify(parsed.GetValue(NoChecksum), cancel);
            var programs = target.Programs(data);
            var tables = await file.List(programs, cancel);
            Confirm.Ask($"The database {target.Describe()} is replaced by {file.Path}.", parsed.GetValue(Yes));

            var swap = new DatabaseSwap(target);
            var old = await StopSignals.Run(
                stop => Work.Run($"Restoring {file.Path}", quiet: false, show => swap.Run("restore", keepProperties: true, fresh => Fill(target, fresh, file, programs, done => show((double)done / Math.Max(1, tables)), stop), stop)), cancel);
            Console.WriteLine($"{target.Describe()} is now {file.Path}.");
            await Old(target, swap, old, parsed.GetValue(DropOld), cancel);
            return 0;
        });
        return command;
    }

    static async Task<int> RunTo(string text, ParseResult parsed, DataFolder data, CancellationToken cancel)
    {
        var moment = PointInTimeRestore.Moment(text, DateTimeOffset.UtcNow);
        var backup = PointInTimeRestore.Choose(BackupCommand.FolderOf(parsed, data), moment);
        var project = Project.Find();
        Confirm.Ask($"The stack is stopped, and all databases in {data.Cluster} are brought to {(moment is null ? "the end of the log" : $"{moment:yyyy-MM-dd HH:mm:ss zzz}")}.", parsed.GetValue(Yes));
        if (StackState.Read(data.StateFile) is not null)
        {
            // Stopping in order archives the last piece of the log.
            await DownCommand.Run(data, cancel);
        }

        var restore = new PointInTimeRestore(project, data, CommonOptions.SecretsOf(parsed, project), OsAccount.ForDatabase());
        var old = await StopSignals.Run(stop => Work.Run($"Replaying the log after {backup.Path}", quiet: false, show => restore.Run(backup, moment, show, stop)), cancel);
        Console.WriteLine("Done: `autorest up` starts it. Take a new `autorest backup --base` then, from which the next log counts.");
        if (old is null)
        {
            return 0;
        }

        if (parsed.GetValue(DropOld))
        {
            Directory.Delete(old, recursive: true);
            Console.WriteLine("The cluster that was in use before is deleted.");
        }
        else
        {
            Console.WriteLine($"The cluster that was in use before is kept in {old}. To delete it: rm -r '{old}'");
        }

        return 0;
    }

    /// <summary>Drops what was in use before, or says how.</summary>
    static async Task Old(DatabaseTarget target, DatabaseSwap swap, string? old, bool drop, CancellationToken cancel)
    {
        if (old is null)
        {
            return;
        }

        if (drop)
        {
            await swap.Drop(old, cancel);
            Console.WriteLine("The database that was in use before is dropped.");
        }
        else
        {
            Console.WriteLine($"The database that was in use before is kept as {old}. To drop it: {target.Stack?.Command ?? "autorest"} psql -d postgres -c 'DROP DATABASE \"{old}\"'");
        }
    }

    static async Task Fill(DatabaseTarget target, string fresh, BackupFile file, ClientPrograms programs, Action<int> restored, CancellationToken cancel)
    {
        var tables = 0;
        var run = await programs.Run("pg_restore", ["--exit-on-error", "--no-password", "--verbose", "--dbname", fresh], fresh, cancel, input: file.Path, said: line =>
        {
            if (line.Contains("processing data for table", StringComparison.Ordinal))
            {
                restored(++tables);
            }
        });
        if (run.ExitCode != 0)
        {
            throw new CliError($"{file.Path} could not be restored. Nothing was changed: mend what pg_restore says, or use another backup.", run.Complaints);
        }

        // A dump holds no statistics: without them the first queries would be planned blindly.
        await using var database = await target.Open(cancel, fresh);
        await using var analyze = new NpgsqlCommand("ANALYZE", database);
        await analyze.ExecuteNonQueryAsync(cancel);
    }
}
