using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>PostgreSQL with the data, PgBouncer if asked for, and the servers.</summary>
sealed class Servers : IAsyncDisposable
{
    const string Secret = "a secret of the load runs, long enough for HS256";

    readonly PgBouncer? _pooler;

    Servers(PostgresCluster cluster, PgBouncer? pooler, bool poolerPrepares)
    {
        Cluster = cluster;
        _pooler = pooler;
        PoolerPrepares = poolerPrepares;
    }

    public PostgresCluster Cluster { get; }

    /// <summary>PgBouncer follows prepared statements, as it does from 1.21 on.</summary>
    public bool PoolerPrepares { get; }

    public bool MayPrepare => _pooler is null || PoolerPrepares;

    /// <summary>Where the contestants connect to.</summary>
    public int DatabasePort => _pooler?.Port ?? Cluster.Port;

    public int Postmaster => int.Parse(File.ReadLines(Path.Combine(Cluster.Folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public int? PoolerProcess { get; private init; }

    /// <summary>Versions of the parts.</summary>
    public required string Versions { get; init; }

    public static async Task<Servers> StartAsync(Options options)
    {
        var cluster = await PostgresCluster.StartNewAsync(new Dictionary<string, string>
        {
            // Beyond the cluster's own (fsync, synchronous_commit, full_page_writes, autovacuum, jit and parallel workers off): what is measured
            // is the servers, not the disk, and nothing in the background comes in between.
            ["shared_buffers"] = "256MB",
            ["max_wal_size"] = "8GB",
            ["checkpoint_timeout"] = "1h",
            ["max_connections"] = Math.Max(100, options.Connections + (4 * options.Pool) + 20).ToString(CultureInfo.InvariantCulture),
            ["log_line_prefix"] = CapturedSql.LinePrefix,
        });
        PgBouncer? pooler = null;
        try
        {
            await cluster.LoadAsync("postgres", Repository.File("bench", "load", "schema.sql"));
            await cluster.ExecuteAsync("VACUUM (FREEZE, ANALYZE)");
            await cluster.ExecuteAsync("CHECKPOINT");
            var versions = "PostgreSQL " + await cluster.QueryAsync("SHOW server_version");
            var prepares = false;
            if (options.Pooler)
            {
                var version = await PgBouncer.VersionOfAsync(Command.Find("pgbouncer") ?? throw new InvalidOperationException("pgbouncer is not installed"));
                prepares = version >= PgBouncer.PreparesSince;
                var settings = new Dictionary<string, string>
                {
                    ["default_pool_size"] = options.Pool.ToString(CultureInfo.InvariantCulture),
                    ["max_client_conn"] = "1000",
                };
                if (prepares)
                {
                    settings["max_prepared_statements"] = "200";
                }

                pooler = await PgBouncer.StartNewAsync(cluster, settings);
                versions += $", PgBouncer {version}";
            }

            return new Servers(cluster, pooler, prepares)
            {
                Versions = versions,
                PoolerProcess = pooler is null ? null : ProcessUsage.FindChild("pgbouncer") ?? throw new InvalidOperationException("PgBouncer's process is not found"),
            };
        }
        catch
        {
            if (pooler is not null)
            {
                await pooler.DisposeAsync();
            }

            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server; both contestants get the same settings.</summary>
    /// <param name="command">Null: the release build of this repository, or what <c>AUTOREST_SERVER_COMMAND</c> names.</param>
    public async Task<ServerProcess> StartServerAsync(Options options, string? command, AllocationProbe? probe, bool waitUntilReady = true, string database = "postgres")
    {
        var settings = new Dictionary<string, string>
        {
            ["PGRST_DB_SCHEMAS"] = "api",
            ["PGRST_DB_ANON_ROLE"] = "web_anon",
            ["PGRST_DB_POOL"] = options.Pool.ToString(CultureInfo.InvariantCulture),
            ["PGRST_JWT_SECRET"] = Secret,
            // A listener would connect through PgBouncer too.
            ["PGRST_DB_CHANNEL_ENABLED"] = "false",
        };
        if (!MayPrepare && command is not null)
        {
            // AutoRest finds that out by itself.
            settings["PGRST_DB_PREPARED_STATEMENTS"] = "false";
        }

        foreach (var (name, value) in probe?.Variables ?? [])
        {
            settings[name] = value;
        }

        const string Override = "AUTOREST_SERVER_COMMAND";
        var own = Environment.GetEnvironmentVariable(Override);
        try
        {
            if (command is not null)
            {
                Environment.SetEnvironmentVariable(Override, command);
            }

            return await ServerProcess.StartAsync(_pooler?.Uri(database) ?? Cluster.Uri(database), settings, waitUntilReady);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Override, own);
        }
    }

    /// <summary>A token that the servers accept.</summary>
    public static string Token()
    {
        var expires = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds();
        var signed = Encode("""{"alg":"HS256","typ":"JWT"}"""u8) + "." + Encode(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"role":"web_user","sub":"5d0d2ad5-6a5f-4f0e-8f6c-0b2a4c1d7e90","email":"user@example.org","exp":{{expires}}}""")));
        return signed + "." + Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(signed)));

        static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pooler is not null)
        {
            await _pooler.DisposeAsync();
        }

        await Cluster.DisposeAsync();
    }
}
