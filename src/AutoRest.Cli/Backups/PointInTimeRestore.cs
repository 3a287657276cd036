using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Backups;

/// <summary>Brings the cluster to the state of a moment: a base backup, and the archived log up to there, in a folder beside the one in use.</summary>
sealed class PointInTimeRestore(Project project, DataFolder data, Secrets secrets, OsAccount account)
{
    /// <summary>Word for the end of the log, in place of a moment.</summary>
    public const string Latest = "latest";

    /// <summary>Reads a moment: ISO 8601, local time unless it says otherwise; <see langword="null"/> is the end of the log.</summary>
    public static DateTimeOffset? Moment(string text, DateTimeOffset now)
    {
        if (text == Latest)
        {
            return null;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment))
        {
            throw new CliError($"\"{text}\" is no moment: write --to '2026-05-01 14:30:00', with an offset such as +02 or Z if it is not local time, or --to {Latest}.");
        }

        return moment <= now ? moment : throw new CliError($"{text} has not come yet: say --to {Latest} for all there is.");
    }

    /// <summary>The newest base backup that was complete at the moment.</summary>
    public static BaseBackup Choose(string folder, DateTimeOffset? moment)
    {
        var all = BaseBackup.All(folder);
        return all.FirstOrDefault(backup => moment is null || backup.FinishedAt <= moment)
            ?? throw new CliError(all.Count == 0
                ? $"There is no base backup in {folder}: only after `autorest up --archive` and `autorest backup --base` the database can be brought to a moment."
                : $"The oldest base backup was complete at {all[^1].FinishedAt:yyyy-MM-dd HH:mm:ss}Z: choose a moment after that.");
    }

    /// <summary>
    /// 1. Unpacks and verifies the base backup in a new folder. 2. Has PostgreSQL replay the log up to the moment there. 3. Looks whether the
    /// database is in it. 4. Exchanges the folders. Until then nothing is changed. The stack must not run.
    /// </summary>
    /// <returns>Where the cluster is that was in use before; <see langword="null"/> when there was none.</returns>
    public async Task<string?> Run(BaseBackup backup, DateTimeOffset? moment, Action<double> show, CancellationToken cancel)
    {
        var stamp = BackupFile.Stamp(DateTimeOffset.UtcNow);
        var fresh = $"{data.Cluster}.restore-{stamp}";
        try
        {
            await backup.Verify(cancel);
            show(0.1);
            await backup.Unpack(fresh, account, cancel);
            show(0.4);
            var major = int.Parse((await File.ReadAllTextAsync(Path.Combine(fresh, "PG_VERSION"), cancel)).Trim(), CultureInfo.InvariantCulture);
            var binaries = PostgresBinaries.Find(project, Environment.GetEnvironmentVariable(PostgresBinaries.Variable), major, account);
            await VerifyManifest(backup, fresh, binaries, cancel);
            show(0.5);
            await Replay(fresh, binaries, moment, cancel);
            show(0.95);
            return Exchange(fresh, binaries, $"{data.Cluster}.before-{stamp}");
        }
        catch
        {
            if (Directory.Exists(fresh))
            {
                Directory.Delete(fresh, recursive: true);
            }

            throw;
        }
    }

    // PostgreSQL's own check of every file against the manifest.
    static async Task VerifyManifest(BaseBackup backup, string fresh, PostgresBinaries binaries, CancellationToken cancel)
    {
        var program = Path.Combine(binaries.Folder, Executables.FileName("pg_verifybackup"));
        if (!File.Exists(program))
        {
            return;
        }

        var run = await ProgramRun.Run(program, ["--quiet", "--manifest-path", backup.Manifest, fresh], new Dictionary<string, string?>(), cancel);
        if (run.ExitCode != 0)
        {
            throw new CliError($"{backup.Path} is not what its manifest says. Nothing was changed: use an earlier base backup (move it away).", run.Complaints);
        }
    }

    async Task Replay(string fresh, PostgresBinaries binaries, DateTimeOffset? moment, CancellationToken cancel)
    {
        await PostgresCluster.WritePrivate(Path.Combine(fresh, "recovery.signal"), "", account, cancel);
        var port = FreePort();
        // On the command line, not in a file: nothing of it is left for the next start.
        string[] target = moment is { } time
            ? ["-c", $"recovery_target_time={time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00", "-c", "recovery_target_action=promote"]
            : [];
        var component = new Component
        {
            Name = "restore",
            Title = $"PostgreSQL {binaries.Version}",
            Address = $"127.0.0.1:{port}",
            Command =
            [
                binaries.Postgres, "-D", fresh, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=100",
                // Nothing of this trial is archived: it may still be thrown away.
                "-c", "archive_mode=off", "-c", $"restore_command={WalArchive.RestoreCommand(data.Wal, data.Cluster)}", .. target,
            ],
            Account = account,
            StopSignal = Native.Interrupt,
            StopCommand = [Path.Combine(binaries.Folder, "pg_ctl.exe"), "stop", "-m", "fast", "-D", fresh],
            StopTimeout = TimeSpan.FromMinutes(2),
            Probe = _ => Task.FromResult<string?>(null),
        };
        using var process = ChildProcess.Start(component, data);
        try
        {
            await Promoted(process, port, moment, cancel);
        }
        finally
        {
            await process.Stop();
        }
    }

    async Task Promoted(ChildProcess process, int port, DateTimeOffset? moment, CancellationToken cancel)
    {
        // Replaying takes as long as there is log: no deadline but the process's own end.
        while (true)
        {
            if (process.HasExited)
            {
                var log = LogTail.Read(process.LogPath, process.LogStart);
                throw log.Any(line => line.Contains("recovery ended before configured recovery target was reached", StringComparison.Ordinal))
                    ? new CliError($"The log ends before {moment:yyyy-MM-dd HH:mm:ss zzz}: nothing was changed after it, so say --to {Latest}. Nothing was changed now either.")
                    : new CliError($"PostgreSQL could not replay the log (all of it: {process.LogPath}). Nothing was changed: mend what it says, or choose another moment.", log);
            }

            try
            {
                await using var connection = new NpgsqlConnection(PostgresCluster.ConnectionString(port, secrets, PostgresCluster.DatabaseName));
                await connection.OpenAsync(cancel);
                await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery()", connection);
                if (await command.ExecuteScalarAsync(cancel) is false)
                {
                    return;
                }
            }
            catch (PostgresException e) when (e.SqlState is "3D000" or "28P01")
            {
                throw new CliError($"At that moment there was no such database, or the password was another one ({e.MessageText}). Nothing was changed: choose a later moment.");
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // Still starting, or replaying.
            }

            await Task.Delay(200, cancel);
        }
    }

    string? Exchange(string fresh, PostgresBinaries binaries, string old)
    {
        var had = Directory.Exists(data.Cluster);
        if (had)
        {
            Directory.Move(data.Cluster, old);
        }

        try
        {
            Directory.Move(fresh, data.Cluster);
        }
        catch
        {
            if (had)
            {
                Directory.Move(old, data.Cluster);
            }

            throw;
        }

        File.WriteAllText(data.ClusterMarker, $"PostgreSQL {binaries.Version}\n");
        File.WriteAllText(data.InitMarker, "Restored from a base backup.\n");
        return had ? old : null;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
