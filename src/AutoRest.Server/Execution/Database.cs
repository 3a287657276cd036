#pragma warning disable NPG9001 // see RawValue.cs
using System.Data;
using System.Diagnostics;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Observability;
using AutoRest.Server.Queries;
using Npgsql;

namespace AutoRest.Server.Execution;

/// <summary>
/// The connection pool. It finds out by itself whether prepared statements may be used: directly and through a pooler that keeps track of them, yes;
/// through one that does not, a statement prepared by one client could be executed by another, so never.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    readonly NpgsqlConnectionStringBuilder _settings;
    readonly Log _log;
    readonly string? _replica;
    readonly bool _mayPrepare;
    readonly Lock _switching = new();
    readonly StateChangeEventHandler _closed;
    readonly int _maxWaiting;
    NpgsqlDataSource _pool;
    Outage? _outage;
    int _waiting;
    long _repeats;
    bool _detected;
    bool _utc;
    bool _tellsPosition;

    /// <param name="replica">Address of the standby this pool is for; null for the primary.</param>
    public Database(NpgsqlConnectionStringBuilder settings, AppConfig config, Log log, string? replica = null)
    {
        _replica = replica;
        _settings = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            // The settings of a request are local to its transaction: there is nothing to reset, and DISCARD ALL would cost a round trip and the
            // prepared statements.
            NoResetOnClose = true,

            MinPoolSize = 0,
            MaxPoolSize = Math.Max(config.DbPool, 1),
            ConnectionLifetime = config.DbPoolMaxLifetime,
            ConnectionIdleLifetime = Math.Max(config.DbPoolMaxIdletime, 1),
            ConnectionPruningInterval = Math.Max(Math.Min(config.DbPoolMaxIdletime, 10), 1),
            CommandTimeout = 0,
            CancellationTimeout = 2000,
            Enlist = false,
            IncludeErrorDetail = true,

            // Whether a failed write was committed before is told by which of its commands failed. Nothing of it is ever logged.
            IncludeFailedBatchedCommand = config.DbReadUri is not null,
        };
        _log = log;
        _mayPrepare = config.DbPreparedStatements;
        Gate = new PoolGate(_settings.MaxPoolSize, config.PoolMaxWaiting, TimeSpan.FromSeconds(config.DbPoolAcquisitionTimeout));
        _maxWaiting = config.PoolMaxWaiting;
        RetryTime = TimeSpan.FromSeconds(Math.Max(config.DbRetryTime, 0));
        _closed = OnStateChange;
        _pool = Build(false);
        Statements.Renewed += Flush;
    }

    /// <summary>Which statements are prepared, and where.</summary>
    public PreparedStatements Statements { get; } = new();

    /// <summary>Statements are prepared.</summary>
    public bool Prepares { get; private set; }

    /// <summary>Sessions have the time zone UTC, as far as the last one told.</summary>
    public bool IsUtc => Volatile.Read(ref _utc);

    /// <summary>A pooler stands before the database; only known where statements may be prepared.</summary>
    public bool IsPooled { get; private set; }

    /// <summary>Name of the database, for messages.</summary>
    public string Address => $"{_settings.Host}:{_settings.Port}";

    /// <summary>Who may have a connection, and how many wait for one.</summary>
    public PoolGate Gate { get; }

    /// <summary>Where the time of requests with a connection is counted.</summary>
    public Histogram? Times { get; init; }

    /// <summary>Writes report the position of the log after their commit: standbys are read from.</summary>
    public bool TellsPosition
    {
        get => Volatile.Read(ref _tellsPosition);
        init => _tellsPosition = value;
    }

    /// <summary>How long requests wait for a database that was lost. Setting <c>ar-db-retry-time</c>.</summary>
    public TimeSpan RetryTime { get; }

    /// <summary>
    /// The database could not be reached: only the reloader tries again, until it calls <see cref="MarkUp"/>. A thousand waiting clients would otherwise
    /// be a thousand connection attempts.
    /// </summary>
    public bool IsDown => Volatile.Read(ref _outage) is not null;

    /// <summary>Requests that wait for the database's return.</summary>
    public int WaitingForReturn => Volatile.Read(ref _waiting);

    /// <summary>Reads that were run again because their connection was lost, since the process began.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    /// <summary>The database cannot be reached: somebody has to find out when it can be.</summary>
    public event Action? Lost;

    /// <summary>
    /// A connection of the pool; disposing of it gives it back. Where none can be made, the request waits for the database's return: nothing was sent yet,
    /// so that is as good for a write as for a read.
    /// </summary>
    /// <param name="patience">How long the request may still wait.</param>
    /// <exception cref="ApiException">PGRST000: no connection could be made; PGRST003, AR503: none became free.</exception>
    public async ValueTask<NpgsqlConnection> OpenAsync(Patience patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            ApiException failure;
            try
            {
                return await BorrowAsync(cancellationToken);
            }
            catch (ApiException e) when (e.Error is ConnectionFailed)
            {
                failure = e;
            }

            if (!await MayTryAgainAsync(patience, cancellationToken))
            {
                throw failure;
            }
        }
    }

    async ValueTask<NpgsqlConnection> BorrowAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _outage) is { } outage)
        {
            throw new ApiException(new ConnectionFailed(outage.Reason));
        }

        _log.Debug("Trying to borrow a connection from pool");
        await Gate.EnterAsync(cancellationToken);
        try
        {
            var connection = await Volatile.Read(ref _pool).OpenConnectionAsync(cancellationToken);

            // The slot is free when the connection is, however it ends: given back, disposed of, or broken under a request.
            connection.StateChange += _closed;
            _log.Debug("Borrowed a connection from the pool");
            if (_log.IsDebug)
            {
                var process = connection.ProcessID;
                _log.Connection(process, "is used");
                connection.StateChange += (_, change) => _log.Connection(
                    process, change.CurrentState == ConnectionState.Broken ? "is terminated due to network error" : "is available due to session success");
            }

            return connection;
        }
        catch (Exception error)
        {
            Gate.Leave();
            if (error is NpgsqlException or TimeoutException or IOException)
            {
                throw new ApiException(Refused(error));
            }

            throw;
        }
    }

    /// <summary>Waits for the end of the outage; false when neither the request nor the outage has time left for that.</summary>
    async ValueTask<bool> MayTryAgainAsync(Patience patience, CancellationToken cancellationToken)
    {
        var outage = Volatile.Read(ref _outage);
        var left = patience.Left;
        if (outage is not null && RetryTime - Stopwatch.GetElapsedTime(outage.Since) is var sinceLoss && sinceLoss < left)
        {
            // Only the beginning of an outage is worth waiting: it may be a restart. Later, a quick answer is.
            left = sinceLoss;
        }

        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        try
        {
            if (Interlocked.Increment(ref _waiting) > _maxWaiting)
            {
                return false;
            }

            if (outage is null)
            {
                // The server is there but has no room (class 53), or has just come back.
                await Task.Delay(Random.Shared.Next(50, 200), cancellationToken);
                return true;
            }

            var timeout = Task.Delay(left, cancellationToken);
            return await Task.WhenAny(outage.Ended, timeout) == outage.Ended;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>
    /// Whether a failed request may run once more: it only read, so that running twice does no harm, and its connection was lost or the server shut
    /// it down. An error that a function raised leaves the connection open and is the answer.
    /// </summary>
    public static bool MayRepeat(NpgsqlException error, bool isReadOnly, int repeats, Patience patience) =>
        isReadOnly && repeats < MaxRepeats && patience.Left > TimeSpan.Zero && IsLoss(error);

    /// <summary>
    /// A request's connection was lost and it will run once more: the other connections went the same way, or are about to. Ends after a short time, longer
    /// each time and not the same for all: a server that is shutting down is given time to refuse connections instead of ending them.
    /// </summary>
    public Task PrepareRepeatAsync(Exception error, int repeats, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _repeats);
        _log.Debug($"A read is repeated on another connection: {error.Message}");
        Flush();
        return Task.Delay(Random.Shared.Next(10, 50) << repeats, cancellationToken);
    }

    /// <summary>
    /// The first connection may have died unnoticed, the second may be one that was made while the server was ending, the third a pooler's whose own
    /// connection died. More would multiply a query that brings the server down.
    /// </summary>
    const int MaxRepeats = 3;

    internal static bool IsLoss(NpgsqlException error) => error is PostgresException refusal
        ? refusal.InvariantSeverity is "FATAL" or "PANIC" && refusal.SqlState is ['0', '8', ..] or "57P01" or "57P02" or "57P03"
        : error.InnerException is IOException or System.Net.Sockets.SocketException;

    /// <summary>The database answers again.</summary>
    public void MarkUp() => Interlocked.Exchange(ref _outage, null)?.End();

    void MarkDown(string reason)
    {
        if (Interlocked.CompareExchange(ref _outage, new Outage(reason), null) is null)
        {
            // Whatever is idle is dead as well; a request must not find out one by one.
            Flush();
            Lost?.Invoke();
        }
    }

    void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState is ConnectionState.Closed or ConnectionState.Broken)
        {
            ((NpgsqlConnection)sender).StateChange -= _closed;
            Gate.Leave();
        }
    }

    ConnectionFailed Refused(Exception error)
    {
        var text = error is PostgresException refusal ? $"{refusal.Severity}:  {refusal.MessageText}" : error.InnerException?.Message ?? error.Message;
        var failed = new ConnectionFailed(text);

        // A server without a free slot (class 53) is there; trying again is the remedy.
        if (error is not PostgresException { SqlState: ['5', '3', ..] })
        {
            MarkDown(text);
            Gate.Refuse(failed);
        }

        return failed;
    }

    /// <summary>Decides on prepared statements; called when a connection is first made and after each reconnection.</summary>
    public async Task DetectPreparationAsync(CancellationToken cancellationToken)
    {
        if (!_mayPrepare)
        {
            return;
        }

        var (prepares, pooled) = await ProbeAsync(cancellationToken);
        IsPooled = pooled;
        if (!_detected || prepares != Prepares)
        {
            _log.Preparation(prepares, pooled, _replica);
        }

        _detected = true;
        if (prepares != Prepares)
        {
            Replace(prepares);
        }
    }

    /// <summary>
    /// Whether a statement failed for what is known of it here, and nothing of it ran: then that is forgotten, and the request may run again.
    /// </summary>
    public bool Recovers(PostgresException error)
    {
        switch (error)
        {
            // What a pooler answers that gave the prepared statement's connection to somebody else. Without preparation the statement will be known.
            case { SqlState: "26000" or "42P05" or "08P01" } when error.MessageText.Contains("prepared statement", StringComparison.Ordinal):
                StopPreparing(error.SqlState);
                return true;
            // "cached plan must not change result type": the table was altered since the statement was prepared. A new connection prepares it anew. A pooler
            // goes by the text, so that has to be a new one, too.
            case { SqlState: "0A000", Routine: "RevalidateCachedQuery" }:
                RoleNumbers.Renew();
                Flush();
                return true;
            default:
                return false;
        }
    }

    void StopPreparing(string sqlState)
    {
        lock (_switching)
        {
            if (Prepares)
            {
                _log.PreparationLost(sqlState);
                Replace(false);
            }
        }
    }

    /// <summary>A write was committed, but the position of the log could not be read. Where that is forbidden, nobody asks again.</summary>
    internal void NoteMissingPosition(PostgresException error)
    {
        if (error.SqlState == PostgresErrorCodes.InsufficientPrivilege && Interlocked.Exchange(ref _tellsPosition, false))
        {
            _log.Warning($"Writes are answered without a position of the log, which cannot be read: {error.MessageText}");
        }
    }

    /// <summary>Closes idle connections and busy ones when they come back, so that no session keeps stale catalog caches or plans.</summary>
    public void Flush()
    {
        Volatile.Read(ref _pool).Clear();
        _log.PoolFlushed();
    }

    /// <summary>A connection outside the pool, with its settings: for reading the catalog.</summary>
    public Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) => ConnectAsync(_settings, cancellationToken);

    /// <summary>A connection outside the pool, for LISTEN and for probes.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Pooling = false,
            Enlist = false,
        };
        var source = BuilderOf(own).Build();
        var connection = source.CreateConnection();
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public ValueTask DisposeAsync()
    {
        Gate.Dispose();
        return _pool.DisposeAsync();
    }

    void Replace(bool prepares)
    {
        lock (_switching)
        {
            var old = _pool;
            Volatile.Write(ref _pool, Build(prepares));
            Prepares = prepares;

            // Requests under way keep their connections; those close when they come back.
            old.Clear();
        }
    }

    NpgsqlDataSource Build(bool prepares) => BuilderOf(new NpgsqlConnectionStringBuilder(_settings.ConnectionString)
    {
        // A little more than is ever used: the driver must never replace one statement by another.
        MaxAutoPrepare = prepares ? PreparedStatements.Capacity + 16 : 0,
        AutoPrepareMinUsages = 2,
    }, _replica is null ? PoolName : ReplicaPoolName).UsePhysicalConnectionInitializer(
        Opened,
        connection =>
        {
            Opened(connection);
            return Task.CompletedTask;
        }).Build();

    void Opened(NpgsqlConnection connection)
    {
        Statements.Forget(connection.ProcessID);
        NoteZone(connection);
        _log.Connection(connection.ProcessID, "is available due to connection establishment");
    }

    /// <summary>Whether the session of a connection has the time zone UTC, which PostgreSQL tells when it begins and whenever it changes.</summary>
    internal bool NoteZone(NpgsqlConnection connection)
    {
        var utc = connection.Timezone is "UTC" or "Etc/UTC" or "GMT" or "Etc/GMT" or "UCT" or "Etc/UCT" or "Zulu" or "Etc/Zulu" or "Universal" or "Etc/Universal";
        Volatile.Write(ref _utc, utc);
        return utc;
    }

    /// <summary>How the driver's own instruments tell the pool from other connections.</summary>
    internal const string PoolName = "autorest";

    /// <summary>As <see cref="PoolName"/>, for the pools of standbys.</summary>
    internal const string ReplicaPoolName = "autorest-replica";

    static NpgsqlSlimDataSourceBuilder BuilderOf(NpgsqlConnectionStringBuilder settings, string? name = null)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString) { Name = name };

        // Only built-in types are read: everything else arrives as JSON.
        builder.ConfigureTypeLoading(static loading => loading.EnableTypeLoading(false));
        builder.EnableArrays();
        builder.EnableJsonTypes();
        builder.EnableTransportSecurity();
        builder.AddTypeInfoResolverFactory(new RawValueResolverFactory());
        return builder;
    }

    /// <summary>
    /// A pooler shows itself by a cancel key that is not the server's process id. One that follows prepared statements gives them names of its own
    /// on the server; if the name is the client's, the statement would stay behind for whoever gets that server connection next.
    /// </summary>
    async Task<(bool Prepares, bool Pooled)> ProbeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(_settings, cancellationToken);
        await using var pid = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        if ((int)(await pid.ExecuteScalarAsync(cancellationToken))! == connection.ProcessID)
        {
            return (true, false);
        }

        // One transaction, so that preparing and asking happen on one server connection.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var probe = new NpgsqlCommand(
            "SELECT /* autorest probe */ count(*)::int FROM pg_catalog.pg_prepared_statements WHERE name LIKE 'PGBOUNCER\\_%' AND statement LIKE '%autorest probe%'",
            connection, transaction);
        await probe.PrepareAsync(cancellationToken);
        var renamed = (int)(await probe.ExecuteScalarAsync(cancellationToken))! > 0;
        await probe.UnprepareAsync(cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        return (renamed, true);
    }

    /// <summary>From the first failed connection to the first that succeeds.</summary>
    sealed class Outage(string reason)
    {
        // Continuations elsewhere: the thread that found the database must not serve all who wait for it.
        readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Reason => reason;

        public long Since { get; } = Stopwatch.GetTimestamp();

        public Task Ended => _ended.Task;

        public void End() => _ended.TrySetResult();
    }
}
