using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Backups;

/// <summary>A copy of the whole cluster, from which archived log can be replayed to any later moment.</summary>
/// <param name="Path">Folder with <c>base.tar.gz</c>, <c>pg_wal.tar.gz</c>, <c>backup_manifest</c> and the checksums.</param>
sealed record BaseBackup(string Path)
{
    const string Prefix = "base-";
    const string Finished = "finished";
    const string Checksums = "SHA256SUMS";

    /// <summary>PostgreSQL's default, which our <c>initdb</c> leaves as it is.</summary>
    const ulong SegmentSize = 16 * 1024 * 1024;

    public string Manifest => In("backup_manifest");

    /// <summary>When it was complete: the earliest moment it can be brought to.</summary>
    public DateTimeOffset FinishedAt => DateTimeOffset.Parse(File.ReadAllText(In(Finished)), CultureInfo.InvariantCulture);

    string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The complete ones in a folder, newest first.</summary>
    public static IReadOnlyList<BaseBackup> All(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetDirectories(folder, Prefix + "*").Where(path => File.Exists(System.IO.Path.Combine(path, Finished))).OrderDescending(StringComparer.Ordinal).Select(path => new BaseBackup(path))]
        : [];

    /// <summary>Takes one: under another name, read to its end, with checksums; only then it gets its name.</summary>
    /// <param name="copied">Told the part that is done, 0 to 1.</param>
    public static async Task<BaseBackup> Create(DatabaseTarget target, string folder, string program, Action<double> copied, CancellationToken cancel)
    {
        DataFolder.Private(folder);
        var complete = new BaseBackup(System.IO.Path.Combine(folder, Prefix + BackupFile.Stamp(DateTimeOffset.UtcNow)));
        var partial = new BaseBackup(System.IO.Path.Combine(folder, System.IO.Path.GetFileName(complete.Path)[Prefix.Length..] + ".partial"));
        DataFolder.Private(partial.Path);
        try
        {
            var run = await ProgramRun.Run(
                program, ["--pgdata", partial.Path, "--format=tar", "--gzip", "--wal-method=stream", "--checkpoint=fast", "--no-password", "--progress"], target.LibpqVariables(), cancel,
                said: line => copied(Percent(line) / 100));
            if (run.ExitCode != 0)
            {
                throw new CliError($"pg_basebackup could not copy {target.Describe()}: mend what it says, and try again.", run.Complaints);
            }

            if (Directory.GetFiles(partial.Path, "*.tar.gz").Select(System.IO.Path.GetFileName).FirstOrDefault(name => name is not ("base.tar.gz" or "pg_wal.tar.gz")) is { } tablespace)
            {
                throw new CliError($"The database has a tablespace of its own ({tablespace}), which lies outside the data folder: move its tables with ALTER TABLE … SET TABLESPACE pg_default, or use `autorest backup` without --base.");
            }

            await partial.ReadThrough(cancel);
            var sums = new List<string>();
            foreach (var file in Directory.GetFiles(partial.Path).Order(StringComparer.Ordinal))
            {
                sums.Add($"{await BackupFile.Checksum(file, cancel)}  {System.IO.Path.GetFileName(file)}");
            }

            await PostgresCluster.WritePrivate(partial.In(Checksums), string.Join('\n', sums) + "\n", OsAccount.Self, cancel);
            await PostgresCluster.WritePrivate(partial.In(Finished), DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture), OsAccount.Self, cancel);
            Directory.Move(partial.Path, complete.Path);
            return complete;
        }
        catch
        {
            Directory.Delete(partial.Path, recursive: true);
            throw;
        }
    }

    // "  1234/5678 kB (21%), 0/1 tablespace"
    static double Percent(string line) =>
        line.IndexOf('(', StringComparison.Ordinal) is var open and >= 0 && line.IndexOf("%)", StringComparison.Ordinal) is var close && close > open
            && double.TryParse(line[(open + 1)..close], CultureInfo.InvariantCulture, out var percent) ? percent : 0;

    // Every byte once through the decompressor, which checks its own checksum.
    async Task ReadThrough(CancellationToken cancel)
    {
        foreach (var name in (string[])["base.tar.gz", "pg_wal.tar.gz"])
        {
            await using var file = File.OpenRead(In(name));
            await using var plain = new GZipStream(file, CompressionMode.Decompress);
            await plain.CopyToAsync(Stream.Null, cancel);
        }
    }

    /// <exception cref="CliError">A file is missing or not what it was.</exception>
    public async Task Verify(CancellationToken cancel)
    {
        foreach (var line in await File.ReadAllLinesAsync(In(Checksums), cancel))
        {
            var (sum, name) = (line.Split(' ')[0], line[(line.LastIndexOf(' ') + 1)..]);
            if (!File.Exists(In(name)) || await BackupFile.Checksum(In(name), cancel) != sum)
            {
                throw new CliError($"{In(name)} is damaged: it is not what its checksum says. Nothing was changed: use an earlier base backup (move {Path} away).");
            }
        }
    }

    /// <summary>Unpacks it into an empty folder that belongs to the database's account.</summary>
    public async Task Unpack(string folder, OsAccount account, CancellationToken cancel)
    {
        DataFolder.Private(folder);
        await Extract("base.tar.gz", folder, cancel);
        await Extract("pg_wal.tar.gz", System.IO.Path.Combine(folder, "pg_wal"), cancel);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Prepend(folder))
        {
            account.Own(path);
        }
    }

    async Task Extract(string name, string folder, CancellationToken cancel)
    {
        await using var file = File.OpenRead(In(name));
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(plain, folder, overwriteFiles: true, cancel);
    }

    /// <summary>Name of the first log file it needs.</summary>
    public string FirstSegment()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Manifest));
        var range = manifest.RootElement.GetProperty("WAL-Ranges")[0];
        return Segment(range.GetProperty("Timeline").GetUInt32(), range.GetProperty("Start-LSN").GetString()!);
    }

    /// <summary>Name of the log file that holds a position such as <c>0/2000028</c>.</summary>
    internal static string Segment(uint timeline, string position)
    {
        var parts = position.Split('/');
        var offset = ulong.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}{uint.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture):X8}{offset / SegmentSize:X8}");
    }

    /// <summary>Deletes all but the newest, and the log that only the deleted ones needed.</summary>
    public static async Task<IReadOnlyList<string>> Prune(string folder, string archive, int keep, string cleanup, CancellationToken cancel)
    {
        var all = All(folder);
        var old = all.Skip(keep).ToList();
        foreach (var backup in old)
        {
            Directory.Delete(backup.Path, recursive: true);
        }

        if (old.Count > 0)
        {
            var run = await ProgramRun.Run(cleanup, [archive, all[keep - 1].FirstSegment()], new Dictionary<string, string?>(), cancel);
            if (run.ExitCode != 0)
            {
                throw new CliError($"pg_archivecleanup could not delete log in {archive} that nobody needs any more.", run.Complaints);
            }
        }

        return [.. old.Select(backup => backup.Path)];
    }
}
