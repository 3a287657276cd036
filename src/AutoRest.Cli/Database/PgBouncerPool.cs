using System.Diagnostics;
using System.Globalization;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Database;

/// <summary>PgBouncer between the server and PostgreSQL, where it is installed.</summary>
sealed class PgBouncerPool(Project project, DataFolder data, Secrets secrets, PgBouncerProgram program, PostgresCluster cluster, OsAccount account, int port, int postgresPort)
{
    /// <summary>May use PgBouncer's console. No role of the database: it cannot read a row.</summary>
    public const string Admin = "pgbouncer_admin";

    string Ini => Path.Combine(data.PgBouncer, "pgbouncer.ini");

    string UserList => Path.Combine(data.PgBouncer, "userlist.txt");

    public Component Component() => new()
    {
        Name = "pgbouncer",
        Title = $"PgBouncer {program.Version}",
        Address = $"127.0.0.1:{port}",
        Command = [program.Path, Ini],
        Account = account,
        // Interrupt waits for the running transactions, terminate does not: the server has stopped before, so there are none.
        StopSignal = Native.Terminate,
        StopTimeout = TimeSpan.FromSeconds(10),
        Prepare = WriteFiles,
        Probe = Probe,
    };

    async Task WriteFiles(CancellationToken cancel)
    {
        var ini = PgBouncerIni.Native(await File.ReadAllTextAsync(project.PgBouncerTemplate, cancel), port, postgresPort, UserList, program.PreparesStatements);
        await PostgresCluster.WritePrivate(Ini, ini, account, cancel);
        await PostgresCluster.WritePrivate(UserList, UserLine("authenticator", cluster.Authenticator) + UserLine(Admin, ScramVerifier.Create(secrets.PgBouncerAdminPassword)), account, cancel);
    }

    static string UserLine(string name, ScramVerifier verifier) => $"\"{name}\" \"{verifier.Text}\"\n";

    async Task<string?> Probe(CancellationToken cancel)
    {
        var target = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = "authenticator",
            Password = secrets.AuthenticatorPassword,
            Database = PostgresCluster.DatabaseName,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Pooling = false,
            Timeout = 5,
        };
        try
        {
            await using var connection = new NpgsqlConnection(target.ToString());
            await connection.OpenAsync(cancel);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancel);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return e is PostgresException refused ? refused.MessageText : "not accepting connections yet";
        }
    }
}

/// <summary>An installed PgBouncer.</summary>
/// <param name="Path">The program.</param>
/// <param name="Version">As it says it.</param>
sealed record PgBouncerProgram(string Path, Version Version)
{
    /// <summary>Names the program when it is installed in an unusual place.</summary>
    public const string Variable = "AUTOREST_PGBOUNCER";

    /// <summary>Whether prepared statements survive its transaction pooling: since 1.21.</summary>
    public bool PreparesStatements => Version >= new Version(1, 21);

    /// <summary>Finds it, or <see langword="null"/> where it is not installed.</summary>
    public static PgBouncerProgram? Find()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        if (given is { Length: > 0 } && !File.Exists(given))
        {
            throw new CliError($"{Variable} is \"{given}\", which is no file: set it to the pgbouncer program, or unset it.");
        }

        // Debian keeps it in sbin, which is not on the PATH of ordinary users.
        var path = given is { Length: > 0 } ? given : Executables.Find("pgbouncer", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin");
        if (path is null)
        {
            return null;
        }

        using var process = Process.Start(new ProcessStartInfo(path, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return ParseVersion(said) is { } version ? new PgBouncerProgram(path, version) : null;
    }

    /// <summary>Reads <c>PgBouncer 1.18.0</c>.</summary>
    internal static Version? ParseVersion(string said) =>
        said.Split('\n')[0].Split(' ', StringSplitOptions.TrimEntries) is ["PgBouncer", var number, ..] && Version.TryParse(number, out var version) ? version : null;
}

/// <summary>Makes the native configuration from the one in the repository, so that every other setting has one source.</summary>
static class PgBouncerIni
{
    public static string Native(string template, int port, int postgresPort, string userList, bool preparesStatements)
    {
        var values = new Dictionary<string, string>
        {
            [PostgresCluster.DatabaseName] = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={postgresPort} dbname={PostgresCluster.DatabaseName}"),
            ["listen_addr"] = "127.0.0.1",
            ["listen_port"] = port.ToString(CultureInfo.InvariantCulture),
            ["auth_file"] = userList,
            ["unix_socket_dir"] = "",
        };
        var seen = new HashSet<string>();
        var lines = template.ReplaceLineEndings("\n").Split('\n').Select(line =>
        {
            if (preparesStatements && line.StartsWith(";max_prepared_statements", StringComparison.Ordinal))
            {
                return line[1..];
            }

            var key = line.Split('=')[0].Trim();
            return values.TryGetValue(key, out var value) && seen.Add(key) ? $"{key} = {value}" : line;
        }).ToList();
        return values.Keys.FirstOrDefault(key => !seen.Contains(key)) is { } missing
            ? throw new CliError($"pgbouncer/pgbouncer.ini has no line \"{missing} = …\": put it back, its value is replaced.")
            : string.Join('\n', lines);
    }
}
