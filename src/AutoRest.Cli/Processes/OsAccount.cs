using System.Diagnostics;
using System.Globalization;

namespace AutoRest.Cli.Processes;

/// <summary>Who a process runs as. PostgreSQL and PgBouncer refuse to run as root.</summary>
/// <param name="Name"><see langword="null"/>: oneself.</param>
/// <param name="User">Numeric user id; 0 for oneself.</param>
/// <param name="Group">Numeric group id; 0 for oneself.</param>
sealed record OsAccount(string? Name, uint User = 0, uint Group = 0)
{
    public static readonly OsAccount Self = new(Name: null);

    /// <summary>The account of the database: oneself, or, for root, <c>postgres</c>, or where that is missing <c>nobody</c>.</summary>
    public static OsAccount ForDatabase() => Native.IsRoot ? FromPasswd(File.ReadLines("/etc/passwd")) : Self;

    internal static OsAccount FromPasswd(IEnumerable<string> lines)
    {
        var accounts = lines.Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToLookup(fields => fields[0]);
        foreach (var name in (ReadOnlySpan<string>)["postgres", "nobody"])
        {
            if (accounts[name].FirstOrDefault() is { } fields
                && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var user) && user != 0
                && uint.TryParse(fields[3], CultureInfo.InvariantCulture, out var group))
            {
                return new OsAccount(name, user, group);
            }
        }

        throw new CliError("PostgreSQL refuses to run as root and there is no account postgres: create one (`useradd --system postgres`), or run as an ordinary user.");
    }

    /// <summary>Makes a process start as this account.</summary>
    public void Apply(ProcessStartInfo start)
    {
        if (Name is not null)
        {
            start.UserName = Name;
        }
    }

    /// <summary>Gives it a file or folder.</summary>
    public void Own(string path)
    {
        if (Name is not null)
        {
            Native.ChangeOwner(path, User, Group);
        }
    }

    /// <summary>Whether the account can enter the folder: every parent has to let it pass.</summary>
    public bool CanReach(string folder)
    {
        if (Name is null)
        {
            return true;
        }

        // Asking the system as that account is the only answer that knows about ACLs and mounts.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/", RedirectStandardError = true };
        Apply(start);
        foreach (var argument in (ReadOnlySpan<string>)["-c", "cd \"$1\"", "sh", folder])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
