using System.CommandLine;
using System.Text;
using System.Text.Json;
using AutoRest.Cli.Backups;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest backup</c>: one database into one verified file.</summary>
static class BackupCommand
{
    /// <summary>Where backups are kept; shared with <c>restore</c> and <c>reset</c>.</summary>
    public static readonly Option<DirectoryInfo?> Folder = new("--folder") { Description = "Folder of the backups (default: backups in the data folder)", HelpName = "DIR" };

    /// <summary>Another database than the stack's; not from <c>PGRST_DB_URI</c>, which may be set for a server elsewhere.</summary>
    public static readonly Option<string?> DbUri = new("--db-uri") { Description = "Database, with a role that owns it (default: the running stack's)", HelpName = "URI" };

    static readonly Option<int?> Keep = new("--keep") { Description = "Afterwards delete all but the newest N backups of this database", HelpName = "N" };
    static readonly Option<bool> Base = new("--base") { Description = "Copy the whole cluster instead, to be brought to any later moment with `restore --to`" };
    static readonly Option<bool> List = new("--list") { Description = "Show the backups there are, and make none" };
    static readonly Option<bool> Json = new("--json") { Description = "Machine-readable" };

    public static string FolderOf(ParseResult parsed, DataFolder data) => parsed.GetValue(Folder)?.FullName ?? data.Backups;

    public static Command Create()
    {
        var command = new Command("backup", "Writes the database into a compressed, verified file with a checksum") { Folder, Base, Keep, List, Json, DbUri, CommonOptions.Data, CommonOptions.Docker };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(Keep) < 1)
            {
                throw new CliError("At least one backup has to stay: give --keep a number from 1 on.");
            }

            var data = CommonOptions.DataOf(parsed);
            var folder = FolderOf(parsed, data);
            if (parsed.GetValue(List))
            {
                var database = parsed.GetValue(DbUri) is { } uri ? DatabaseTarget.Parse(uri, DatabaseTarget.Variables()).Database! : PostgresCluster.DatabaseName;
                Show(BackupFile.In(folder, database), parsed.GetValue(Json));
                return 0;
            }

            if (parsed.GetValue(Base) && CommonOptions.InContainers(parsed))
            {
                throw new CliError("The containers keep no log that a base backup leads into: leave out --base, or run the native stack with `autorest up --archive`.");
            }

            var target = await DatabaseTarget.Of(parsed, parsed.GetValue(DbUri), cancel);
            var quiet = parsed.GetValue(Json);
            if (parsed.GetValue(Base))
            {
                return await RunBase(target, data, folder, parsed.GetValue(Keep), cancel);
            }

            var file = await Run(target, data, folder, quiet, cancel);
            var removed = parsed.GetValue(Keep) is { } keep ? BackupFile.Prune(folder, target.Database, keep) : [];
            if (quiet)
            {
                Show([file], json: true);
                return 0;
            }

            Console.WriteLine($"{file.Path} ({Work.Size(new FileInfo(file.Path).Length)}), checksum in {file.ChecksumPath}");
            if (removed.Count > 0)
            {
                Console.WriteLine($"Deleted {removed.Count} older: {string.Join(", ", removed.Select(Path.GetFileName))}");
            }

            return 0;
        });
        return command;
    }

    /// <summary>Makes one backup, showing how far it is.</summary>
    public static async Task<BackupFile> Run(DatabaseTarget target, DataFolder data, string folder, bool quiet, CancellationToken cancel)
    {
        var programs = target.Programs(data);
        await using var connection = await target.Open(cancel);
        await using var count = new Npgsql.NpgsqlCommand("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relpersistence <> 't' AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)", connection);
        var tables = Math.Max(1, (long)(await count.ExecuteScalarAsync(cancel))!);
        return await StopSignals.Run(
            stop => Work.Run($"Backing up {target.Describe()}", quiet, show => BackupFile.Create(
                target.Database, folder,
                path => BackupFile.Dump(target, programs, path, done => show((double)done / tables), stop),
                path => new BackupFile(path).List(programs, stop), stop)), cancel);
    }

    static async Task<int> RunBase(DatabaseTarget target, DataFolder data, string folder, int? keep, CancellationToken cancel)
    {
        if (target.Stack is null || !Directory.Exists(data.Wal))
        {
            throw new CliError("Without the log that follows it a base backup leads to one moment only: start the stack with `autorest up --archive` (once is enough), then repeat this.");
        }

        var backup = await StopSignals.Run(stop => Work.Run($"Copying the cluster of {target.Describe()}", quiet: false, show => BaseBackup.Create(target, folder, PostgresPrograms.Find("pg_basebackup", target, data), show, stop)), cancel);
        var removed = keep is { } count ? await BaseBackup.Prune(folder, data.Wal, count, PostgresPrograms.Find("pg_archivecleanup", target, data), cancel) : [];
        Console.WriteLine($"{backup.Path} ({Work.Size(Directory.GetFiles(backup.Path).Sum(file => new FileInfo(file).Length))}); the log that follows goes to {data.Wal}");
        if (removed.Count > 0)
        {
            Console.WriteLine($"Deleted {removed.Count} older, and the log only they needed: {string.Join(", ", removed.Select(Path.GetFileName))}");
        }

        return 0;
    }

    static void Show(IReadOnlyList<BackupFile> files, bool json)
    {
        if (!json)
        {
            foreach (var file in files)
            {
                Console.WriteLine($"{file.Path}  {Work.Size(new FileInfo(file.Path).Length)}");
            }

            return;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartArray();
            foreach (var file in files)
            {
                writer.WriteStartObject();
                writer.WriteString("file", file.Path);
                writer.WriteNumber("bytes", new FileInfo(file.Path).Length);
                writer.WriteString("sha256", File.Exists(file.ChecksumPath) ? File.ReadAllText(file.ChecksumPath).Split(' ')[0] : null);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        Console.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
