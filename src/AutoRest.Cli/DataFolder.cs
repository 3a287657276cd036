using System.Security.Cryptography;
using System.Text;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli;

/// <summary>Everything a running stack writes. One stack per folder.</summary>
sealed record DataFolder(string Path)
{
    public string Cluster => In("pg");

    /// <summary>Present once initdb has come to its end: a cluster without it may be half a cluster.</summary>
    public string ClusterMarker => In("pg.created");

    /// <summary>Present once every init script has run.</summary>
    public string InitMarker => In("pg.initialised");

    public string PgBouncer => In("pgbouncer");

    /// <summary>Outlives the database: `teardown` leaves it alone.</summary>
    public string Backups => In("backups");

    /// <summary>Archived log, when archiving was switched on. Its presence keeps it on: a gap would make what follows worthless.</summary>
    public string Wal => In("wal");

    public string Logs => In("log");

    public string Run => In("run");

    public string StateFile => System.IO.Path.Combine(Run, "state.json");

    /// <summary>Held by the process that runs the stack, for as long as it runs.</summary>
    public string LockFile => System.IO.Path.Combine(Run, "lock");

    /// <summary>Its appearance asks the running stack to stop: works the same on every system and over a session's end.</summary>
    public string StopFile => System.IO.Path.Combine(Run, "stop");

    public string Log(string component) => System.IO.Path.Combine(Logs, component + ".log");

    string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Chooses the folder. The same arguments always give the same one, so that <c>status</c> and <c>down</c> find what <c>up</c> made.</summary>
    /// <param name="project">Its <c>data</c> folder is the default.</param>
    /// <param name="asked">What the user said, or <see langword="null"/>.</param>
    /// <param name="account">Who PostgreSQL runs as: that account has to be able to reach the folder.</param>
    /// <param name="say">Told when the default cannot be used.</param>
    public static DataFolder Choose(Project project, string? asked, OsAccount account, Action<string>? say = null)
    {
        if (asked is { Length: > 0 })
        {
            var given = System.IO.Path.GetFullPath(asked);
            return account.CanReach(Existing(given))
                ? new DataFolder(given)
                : throw new CliError($"The account {account.Name} that PostgreSQL runs as cannot enter {Existing(given)}: choose another --data folder, or run as an ordinary user.");
        }

        if (account.CanReach(project.Root))
        {
            return new DataFolder(System.IO.Path.Combine(project.Root, "data"));
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(project.Root)))[..8];
        var fallback = new DataFolder($"/var/lib/autorest-{hash}");
        say?.Invoke($"The account {account.Name} that PostgreSQL runs as cannot enter {project.Root}: the data folder is {fallback.Path}.");
        return fallback;
    }

    static string Existing(string path)
    {
        while (!Directory.Exists(path) && System.IO.Path.GetDirectoryName(path) is { } parent)
        {
            path = parent;
        }

        return path;
    }

    /// <summary>Creates what is missing and gives the database's part to its account.</summary>
    public void Create(OsAccount account)
    {
        try
        {
            Directory.CreateDirectory(Path);
            Directory.CreateDirectory(Logs);
            Directory.CreateDirectory(Run);
            Private(PgBouncer);
            account.Own(PgBouncer);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new CliError($"The data folder {Path} cannot be written ({e.Message.TrimEnd('.')}): choose another with --data, or run as its owner.");
        }
    }

    /// <summary>Creates a folder only its owner may enter.</summary>
    public static void Private(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
