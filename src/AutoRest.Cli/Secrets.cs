using System.Security.Cryptography;

namespace AutoRest.Cli;

/// <summary>The secrets folder: makes what is missing, never overwrites.</summary>
sealed class Secrets(string folder)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Letters and digits of each: 32 of them are 190 bits.
    static readonly (string Name, int Length)[] Generated =
    [
        ("jwt_secret", 64), ("postgres_password", 32), ("authenticator_password", 32), ("pgbouncer_admin_password", 32),
        // Of the container stack.
        ("replicator_password", 32), ("monitor_password", 32), ("pgadmin_password", 32),
    ];

    /// <summary>The files that are generated.</summary>
    public static IEnumerable<string> Names => Generated.Select(secret => secret.Name);

    public string Folder => folder;

    public string JwtSecretFile => Path.Combine(folder, "jwt_secret");

    public string JwtSecret => Read("jwt_secret");

    public string PostgresPassword => Read("postgres_password");

    public string AuthenticatorPassword => Read("authenticator_password");

    /// <summary>Of <c>pgbouncer_admin</c>, who exists on PgBouncer's console only.</summary>
    public string PgBouncerAdminPassword => Read("pgbouncer_admin_password");

    /// <summary>Generates the missing files. Returns their names.</summary>
    public IReadOnlyList<string> Create()
    {
        try
        {
            DataFolder.Private(folder);
            return [.. Generated.Where(secret => Generate(secret.Name, secret.Length)).Select(secret => secret.Name)];
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliError($"The secrets folder {folder} cannot be written: run as its owner, or name another folder with --secrets.");
        }
    }

    /// <summary>Deletes the generated files; what else is in the folder stays.</summary>
    public void Delete()
    {
        foreach (var name in Names)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
    }

    bool Generate(string name, int length)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path))
        {
            return false;
        }

        // Letters and digits only: the passwords go into URIs and configuration files without any quoting to get wrong.
        var text = RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // At creation, not afterwards: there is no moment at which others could open it.
            options.UnixCreateMode = OwnerOnly;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
        return true;
    }

    string Read(string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } text
                ? text
                : throw new CliError($"The secret {path} is empty: delete it and run `autorest up`, which makes a new one.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliError($"The secret {path} is missing: run `autorest up` once, which makes it.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliError($"The secret {path} belongs to another user: run as its owner, or name another folder with --secrets.");
        }
    }
}
