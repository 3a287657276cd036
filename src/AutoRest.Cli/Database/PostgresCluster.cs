using System.Diagnostics;
using System.Globalization;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Database;

/// <summary>Our own PostgreSQL: its files, its process, and what a fresh one is filled with.</summary>
sealed class PostgresCluster(Project project, DataFolder data, Secrets secrets, PostgresBinaries binaries, OsAccount account, int port)
{
    public const string DatabaseName = "autorest";

    public const string Superuser = "postgres";

    ScramVerifier? _authenticator;

    /// <summary>What PgBouncer's user list has to say; known once the database is filled.</summary>
    public ScramVerifier Authenticator => _authenticator ?? throw new InvalidOperationException("The database has not been filled yet.");

    /// <summary>Major version of an existing cluster, <see langword="null"/> when there is none yet.</summary>
    /// <exception cref="CliError">There is half a cluster.</exception>
    public static int? ExistingVersion(DataFolder data)
    {
        if (!Directory.Exists(data.Cluster) || !Directory.EnumerateFileSystemEntries(data.Cluster).Any())
        {
            return null;
        }

        // initdb writes PG_VERSION early and is far from done then: only our marker says that it came to its end.
        var version = Path.Combine(data.Cluster, "PG_VERSION");
        return File.Exists(version) && File.Exists(data.ClusterMarker) && int.TryParse(File.ReadAllText(version).Trim(), CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new CliError($"The database folder {data.Cluster} is only half created, as an interrupted first start leaves it: delete it (`rm -r {data.Cluster}`) and run `autorest up` again.");
    }

    public Component Component() => new()
    {
        Name = "postgres",
        Title = $"PostgreSQL {binaries.Version}",
        Address = $"127.0.0.1:{port}",
        // Loopback TCP only: a Unix socket's path may not be longer than 107 bytes, which a deep checkout exceeds.
        Command =
        [
            binaries.Postgres, "-D", data.Cluster, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=100",
            .. Directory.Exists(data.Wal) ? WalArchive.Arguments(data.Wal) : [],
        ],
        Account = account,
        // Fast shutdown: clients are disconnected, nothing is lost. Terminate would wait until the last client leaves.
        StopSignal = Native.Interrupt,
        StopCommand = [Path.Combine(binaries.Folder, "pg_ctl.exe"), "stop", "-m", "fast", "-D", data.Cluster],
        // After a crash it first repeats what the log holds, which takes as long as it takes.
        StartTimeout = TimeSpan.FromMinutes(5),
        StopTimeout = TimeSpan.FromSeconds(40),
        Prepare = Create,
        Probe = Probe,
        Complete = Fill,
    };

    async Task Create(CancellationToken cancel)
    {
        if (ExistingVersion(data) is not null)
        {
            return;
        }

        DataFolder.Private(data.Cluster);
        account.Own(data.Cluster);
        var passwordFile = Path.Combine(data.PgBouncer, "initdb-password");
        await WritePrivate(passwordFile, secrets.PostgresPassword, account, cancel);
        try
        {
            // C.UTF-8 knows letters beyond ASCII and sorts the same everywhere; where the system lacks it, C.
            var log = await Initdb("C.UTF-8", passwordFile, cancel);
            if (log.Any(line => line.Contains("locale", StringComparison.OrdinalIgnoreCase)))
            {
                log = await Initdb("C", passwordFile, cancel);
            }

            if (log.Count > 0)
            {
                throw new CliError("initdb could not create the database: mend what it says, and run `autorest up` again.", log);
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        await File.WriteAllTextAsync(data.ClusterMarker, $"PostgreSQL {binaries.Version}\n", cancel);
    }

    // What it complained of; empty: created.
    async Task<IReadOnlyList<string>> Initdb(string locale, string passwordFile, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(binaries.Initdb,
        [
            "-D", data.Cluster, "--username", Superuser, "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", locale,
            // The first start would wait for a sync of 40 MB otherwise, and a crash in that second costs nothing but a second try.
            "--no-sync",
        ])
        { WorkingDirectory = data.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        account.Apply(start);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        await output;
        var lines = (await error).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return process.ExitCode == 0 ? [] : lines is [] ? [$"initdb ended with exit code {process.ExitCode}"] : lines;
    }

    async Task<string?> Probe(CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
            await connection.OpenAsync(cancel);
            return null;
        }
        catch (PostgresException e) when (e.SqlState is "28P01" or "28000")
        {
            throw new CliError($"PostgreSQL refuses the password in {secrets.Folder}/postgres_password: put the one back that the database was created with, or start over with ./teardown.sh.");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return "not accepting connections yet";
        }
    }

    /// <summary>Creates the database, runs the init scripts once, and gives the authenticator its password.</summary>
    async Task Fill(CancellationToken cancel)
    {
        await using (var server = new NpgsqlConnection(ConnectionString("postgres")))
        {
            await server.OpenAsync(cancel);
            await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", server) { Parameters = { new() { Value = DatabaseName } } };
            if (await exists.ExecuteScalarAsync(cancel) is null)
            {
                await using var create = new NpgsqlCommand($"CREATE DATABASE {DatabaseName}", server);
                await create.ExecuteNonQueryAsync(cancel);
            }
        }

        await using var database = new NpgsqlConnection(ConnectionString(DatabaseName));
        await database.OpenAsync(cancel);
        if (!File.Exists(data.InitMarker))
        {
            await RunInitScripts(project, database, cancel);
            await File.WriteAllTextAsync(data.InitMarker, "The scripts of postgres/init have run.\n", cancel);
        }

        _authenticator = await SetPassword(database, secrets.AuthenticatorPassword, cancel);
    }

    /// <summary>Runs <c>postgres/init</c>'s scripts in file order.</summary>
    /// <exception cref="CliError">One of them fails.</exception>
    public static async Task RunInitScripts(Project project, NpgsqlConnection database, CancellationToken cancel)
    {
        foreach (var script in Directory.GetFiles(project.InitFolder, "*.sql").Order(StringComparer.Ordinal))
        {
            await Run(database, script, cancel);
        }
    }

    static async Task Run(NpgsqlConnection database, string script, CancellationToken cancel)
    {
        try
        {
            // One batch is one transaction: a script runs whole or not at all.
            await using var command = new NpgsqlCommand(await File.ReadAllTextAsync(script, cancel), database) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException e)
        {
            throw new CliError($"{script} failed ({e.MessageText}): mend the script and run `autorest up` again, which repeats the scripts.");
        }
    }

    // Kept when it fits the password: then nobody's connection is disturbed. ALTER ROLE takes no parameters; a verifier has no quotes.
    static async Task<ScramVerifier> SetPassword(NpgsqlConnection database, string password, CancellationToken cancel)
    {
        await using var read = new NpgsqlCommand("SELECT rolpassword FROM pg_authid WHERE rolname = 'authenticator'", database);
        var verifier = new ScramVerifier(await read.ExecuteScalarAsync(cancel) as string ?? "");
        if (!verifier.Matches(password))
        {
            verifier = ScramVerifier.Create(password);
            await using var alter = new NpgsqlCommand($"ALTER ROLE authenticator PASSWORD '{verifier.Text}'", database);
            await alter.ExecuteNonQueryAsync(cancel);
        }

        return verifier;
    }

    string ConnectionString(string database) => ConnectionString(port, secrets, database);

    /// <summary>How the superuser reaches a cluster of ours.</summary>
    public static string ConnectionString(int port, Secrets secrets, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = Superuser,
        Password = secrets.PostgresPassword,
        Database = database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        Pooling = false,
        Timeout = 5,
        ApplicationName = "autorest",
    }.ToString();

    /// <summary>Writes a file that only <paramref name="owner"/> can read.</summary>
    public static async Task WritePrivate(string path, string text, OsAccount owner, CancellationToken cancel)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var writer = new StreamWriter(path, options))
        {
            await writer.WriteAsync(text.AsMemory(), cancel);
        }

        owner.Own(path);
    }
}
