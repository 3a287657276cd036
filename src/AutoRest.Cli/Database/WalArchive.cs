namespace AutoRest.Cli.Database;

/// <summary>The folder that a running PostgreSQL copies its finished log files to.</summary>
static class WalArchive
{
    /// <summary>Seconds after which an unfinished file is closed: what a lost disk can cost at most.</summary>
    const int Timeout = 60;

    /// <summary>Arguments of <c>postgres</c> that switch it on.</summary>
    public static IReadOnlyList<string> Arguments(string folder) =>
        ["-c", "archive_mode=on", "-c", $"archive_timeout={Timeout}", "-c", $"archive_command={ArchiveCommand(folder)}"];

    // A file that is there already must be the very same: PostgreSQL repeats itself after a crash. Renamed into place, so that it is whole.
    internal static string ArchiveCommand(string folder) => OperatingSystem.IsWindows()
        ? $"copy /Y \"%p\" \"{Literal(Path.Combine(folder, "next"))}\" && move /Y \"{Literal(Path.Combine(folder, "next"))}\" \"{Literal(folder)}\\%f\""
        : $"to={Quote(folder)}/%f; if test -f \"$to\"; then cmp -s \"%p\" \"$to\"; else cp \"%p\" \"$to.partial\" && mv \"$to.partial\" \"$to\"; fi";

    /// <summary>The command that brings a log file back: out of the archive, or, not archived yet, out of the cluster it was written in.</summary>
    public static string RestoreCommand(string folder, string cluster) => OperatingSystem.IsWindows()
        ? $"copy \"{Literal(folder)}\\%f\" \"%p\" || copy \"{Literal(cluster)}\\pg_wal\\%f\" \"%p\""
        : $"cp {Quote(folder)}/%f \"%p\" 2>/dev/null || cp {Quote(Path.Combine(cluster, "pg_wal"))}/%f \"%p\" 2>/dev/null";

    static string Quote(string path) => $"'{Literal(path).Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // PostgreSQL replaces %f and %p, and %% by %.
    static string Literal(string path) => path.Replace("%", "%%", StringComparison.Ordinal);
}
