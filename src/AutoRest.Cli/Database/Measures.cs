using System.Globalization;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Database;

/// <summary>A standby that follows, as the primary sees it.</summary>
/// <param name="Name">Its application name, and address.</param>
/// <param name="State">PostgreSQL's word: <c>streaming</c>, <c>catchup</c> …</param>
/// <param name="LagSeconds">How far behind what it shows is.</param>
sealed record Replica(string Name, string State, double LagSeconds);

/// <summary>The pooler's connections for our database.</summary>
/// <param name="Version">As it says it.</param>
/// <param name="Clients">Clients that have a server connection, or need none now.</param>
/// <param name="Waiting">Clients that wait for one.</param>
/// <param name="MaxWaitSeconds">How long the first of them has waited.</param>
/// <param name="Servers">Connections to PostgreSQL, idle ones included.</param>
/// <param name="Transactions">Since it started.</param>
sealed record PoolerMeasures(string Version, long Clients, long Waiting, double MaxWaitSeconds, long Servers, long Transactions);

/// <summary>What a database shows about itself at one moment.</summary>
/// <param name="Version">Of PostgreSQL.</param>
/// <param name="Connections">Clients' connections to the whole server.</param>
/// <param name="MaxConnections">How many it takes.</param>
/// <param name="CacheHitPercent">Blocks that were found in memory; <see langword="null"/> while too few were read to say.</param>
/// <param name="SizeBytes">Of our database on disk.</param>
/// <param name="Replicas">Empty without.</param>
/// <param name="Pooler"><see langword="null"/> without one, or where its console cannot be asked.</param>
sealed record Measures(string Version, long Connections, long MaxConnections, double? CacheHitPercent, long SizeBytes, IReadOnlyList<Replica> Replicas, PoolerMeasures? Pooler)
{
    /// <summary>Above this many percent of the connections the next clients are soon refused.</summary>
    public const double MostConnectionsPercent = 90;

    /// <summary>Below this many percent the working set does not fit into memory.</summary>
    public const double LeastCacheHitPercent = 95;

    /// <summary>Above this many seconds a replica shows what is no longer true.</summary>
    public const double MostLagSeconds = 10;

    public double ConnectionsPercent => 100.0 * Connections / MaxConnections;

    /// <summary>What crosses its threshold; a sentence each.</summary>
    public IReadOnlyList<string> Alerts()
    {
        var alerts = new List<string>();
        if (ConnectionsPercent > MostConnectionsPercent)
        {
            alerts.Add(Invariant($"{Connections} of {MaxConnections} connections are in use (more than {MostConnectionsPercent} %): lower the pools, or raise max_connections."));
        }

        if (CacheHitPercent < LeastCacheHitPercent)
        {
            alerts.Add(Invariant($"{CacheHitPercent:0.0} % of the blocks came from memory (less than {LeastCacheHitPercent} %): raise shared_buffers, or look for missing indexes."));
        }

        alerts.AddRange(Replicas.Where(replica => replica.LagSeconds > MostLagSeconds).Select(replica =>
            Invariant($"The replica {replica.Name} is {replica.LagSeconds:0} s behind (more than {MostLagSeconds} s): look at its log, network and disk.")));
        return alerts;
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads them.</summary>
    /// <exception cref="CliError">The database does not answer.</exception>
    public static async Task<Measures> Read(OwnStack stack, CancellationToken cancel)
    {
        await using var connection = await DatabaseTarget.OfStack(stack).Open(cancel);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // 100,000 blocks: what a fresh database reads to start with says nothing about its memory.
                new NpgsqlBatchCommand("""
                    SELECT current_setting('server_version'),
                        (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
                        current_setting('max_connections')::bigint,
                        (SELECT CASE WHEN blks_hit + blks_read >= 100000 THEN 100.0 * blks_hit / (blks_hit + blks_read) END::float8 FROM pg_stat_database WHERE datname = current_database()),
                        pg_database_size(current_database())
                    """),
                new NpgsqlBatchCommand("""
                    SELECT concat_ws(' ', application_name, host(client_addr)), state, coalesce(extract(epoch FROM replay_lag), 0)::float8
                    -- A base backup being taken fetches log too, and is no replica.
                    FROM pg_stat_replication WHERE application_name <> 'pg_basebackup' ORDER BY 1
                    """),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        var measures = new Measures(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetDouble(3), reader.GetInt64(4), [], null);
        await reader.NextResultAsync(cancel);
        var replicas = new List<Replica>();
        while (await reader.ReadAsync(cancel))
        {
            replicas.Add(new Replica(reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1), reader.GetDouble(2)));
        }

        return measures with { Replicas = replicas, Pooler = PgBouncerConsole.Of(stack) is { } console ? await ReadPooler(console, cancel) : null };
    }

    static async Task<PoolerMeasures?> ReadPooler(PgBouncerConsole console, CancellationToken cancel)
    {
        try
        {
            // The console's own pool is a database named pgbouncer.
            var pools = (await console.Query("SHOW POOLS", cancel)).Where(row => row["database"] == PostgresCluster.DatabaseName).ToList();
            var stats = (await console.Query("SHOW STATS", cancel)).Where(row => row["database"] == PostgresCluster.DatabaseName).ToList();
            var version = await console.Query("SHOW VERSION", cancel);
            return new PoolerMeasures(
                version[0].Values.First(), Sum(pools, "cl_active"), Sum(pools, "cl_waiting"),
                pools.Count == 0 ? 0 : pools.Max(row => Number(row, "maxwait") + (Number(row, "maxwait_us") / 1e6)),
                Sum(pools, "sv_active") + Sum(pools, "sv_idle") + Sum(pools, "sv_used") + Sum(pools, "sv_tested"), Sum(stats, "total_xact_count"));
        }
        catch (CliError)
        {
            // Started before it had a console user, or gone: its component says so.
            return null;
        }
    }

    static long Sum(List<IReadOnlyDictionary<string, string>> rows, string column) => rows.Sum(row => Number(row, column));

    static long Number(IReadOnlyDictionary<string, string> row, string column) =>
        row.TryGetValue(column, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
