using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Backups;

/// <summary>A dump of one database (<c>pg_dump</c>'s custom format, compressed), with its checksum in a file beside it.</summary>
/// <param name="Path">Where it is.</param>
sealed partial record BackupFile(string Path)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string ChecksumPath => Path + ".sha256";

    /// <summary>Moments in file and database names: they sort as they follow each other.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'.'fff'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"-\d{8}T\d{6}\.\d{3}Z\.dump$")]
    private static partial Regex StampedEnd();

    /// <summary>The finished backups of a database in a folder, newest first. Nothing else that lies there counts.</summary>
    public static IReadOnlyList<BackupFile> In(string folder, string database) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, "*.dump")
            .Where(path => StampedEnd().Match(System.IO.Path.GetFileName(path)) is { Success: true, Index: var end } && System.IO.Path.GetFileName(path)[..end] == Safe(database))
            .OrderDescending(StringComparer.Ordinal).Select(path => new BackupFile(path))]
        : [];

    // A database's name may hold anything, also a slash.
    static string Safe(string database) => string.Concat(database.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));

    /// <summary>
    /// 1. Has it dumped under a name that nobody takes for a backup. 2. Has it listed. 3. Writes the checksum. 4. Gives it its name.
    /// </summary>
    /// <param name="database">Whose it is.</param>
    /// <param name="dump">Writes the dump into the (empty, private) file of that path.</param>
    /// <param name="list">Throws when the file of that path is no dump.</param>
    public static async Task<BackupFile> Create(string database, string folder, Func<string, Task> dump, Func<string, Task> list, CancellationToken cancel)
    {
        DataFolder.Private(folder);
        var file = new BackupFile(System.IO.Path.Combine(folder, $"{Safe(database)}-{Stamp(DateTimeOffset.UtcNow)}.dump"));
        var partial = file.Path + ".partial";
        try
        {
            CreateEmpty(partial);
            await dump(partial);
            await list(partial);
            var checksum = await Checksum(partial, cancel);
            CreateEmpty(file.ChecksumPath);
            // As sha256sum writes it, so that `sha256sum -c` reads it.
            await File.WriteAllTextAsync(file.ChecksumPath, $"{checksum}  {System.IO.Path.GetFileName(file.Path)}\n", cancel);
            File.Move(partial, file.Path);
            return file;
        }
        catch
        {
            File.Delete(partial);
            if (!File.Exists(file.Path))
            {
                File.Delete(file.ChecksumPath);
            }

            throw;
        }
    }

    /// <summary>Dumps a database into a file.</summary>
    /// <param name="dumped">Told how many tables are dumped.</param>
    public static async Task Dump(DatabaseTarget target, ClientPrograms programs, string path, Action<int> dumped, CancellationToken cancel)
    {
        var tables = 0;
        var run = await programs.Run("pg_dump", ["--format=custom", "--compress=6", "--no-password", "--verbose"], target.Database, cancel, output: path, said: line =>
        {
            if (line.Contains("dumping contents of table", StringComparison.Ordinal))
            {
                dumped(++tables);
            }
        });
        if (run.ExitCode != 0)
        {
            throw new CliError($"pg_dump could not back up {target.Describe()}: mend what it says, and try again.", run.Complaints);
        }
    }

    static void CreateEmpty(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        new FileStream(path, options).Dispose();
    }

    public static async Task<string> Checksum(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
    }

    /// <summary>Compares the content with the checksum of when it was made.</summary>
    /// <exception cref="CliError">They differ, or there is none and that was not accepted.</exception>
    public async Task Verify(bool withoutChecksum, CancellationToken cancel)
    {
        if (!File.Exists(Path))
        {
            throw new CliError($"There is no backup {Path}: `autorest backup --list` shows those there are.");
        }

        if (!File.Exists(ChecksumPath))
        {
            if (withoutChecksum)
            {
                return;
            }

            throw new CliError($"{Path} has no checksum beside it ({ChecksumPath}): say --no-checksum if the file can be trusted.");
        }

        var expected = (await File.ReadAllTextAsync(ChecksumPath, cancel)).Split(' ', 2)[0].Trim();
        if (!string.Equals(expected, await Checksum(Path, cancel), StringComparison.OrdinalIgnoreCase))
        {
            throw new CliError($"{Path} is damaged: it is not what its checksum says. Nothing was changed: use another backup.");
        }
    }

    /// <summary>How many tables with rows it holds.</summary>
    /// <exception cref="CliError"><c>pg_restore</c> cannot read it.</exception>
    public async Task<int> List(ClientPrograms programs, CancellationToken cancel)
    {
        var run = await programs.Run("pg_restore", ["--list"], PostgresCluster.DatabaseName, cancel, input: Path);
        return run.ExitCode == 0
            ? run.Output.Split('\n').Count(line => line.Contains(" TABLE DATA ", StringComparison.Ordinal))
            : throw new CliError($"{Path} is no backup that pg_restore can read. Nothing was changed: use another one.", run.Complaints);
    }

    /// <summary>Deletes all but the newest. Returns what was deleted.</summary>
    public static IReadOnlyList<string> Prune(string folder, string database, int keep)
    {
        var old = In(folder, database).Skip(keep).ToList();
        foreach (var file in old)
        {
            File.Delete(file.Path);
            File.Delete(file.ChecksumPath);
        }

        return [.. old.Select(file => file.Path)];
    }
}
