using System.Diagnostics;
using System.Globalization;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Observability;
using AutoRest.Server.Planning;
using AutoRest.Server.Queries;
using AutoRest.Server.Requests;
using Npgsql;
using NpgsqlTypes;

namespace AutoRest.Server.Execution;

/// <summary>
/// The standbys reads may go to, and which read goes where. Whatever is wrong with a standby, the primary answers instead: no client sees an error that
/// the primary would not have given. Setting <c>ar-db-read-uri</c>; docs/replicas.md.
/// </summary>
public sealed class Replicas : IAsyncDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time a read waits for a write to arrive at a standby that is otherwise up to date, before the primary answers.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>A standby further behind than this is not waited for.</summary>
    static readonly TimeSpan WorthWaiting = TimeSpan.FromSeconds(1);

    static readonly string[] Reasons = ["unavailable", "lag", "read_after", "error"];

    readonly Database _primary;
    readonly PrimaryHistory _history = new();
    readonly Func<int> _maxLag;
    readonly long[] _fallbacks = new long[Reasons.Length];
    long _toReplica;
    long _toPrimary;
    int _next;

    /// <param name="settings">Of <c>ar-db-read-uri</c>, with one or several hosts.</param>
    /// <param name="maxLag">Setting <c>ar-replica-max-lag</c>, as it is now.</param>
    public Replicas(NpgsqlConnectionStringBuilder settings, Database primary, AppConfig config, Func<int> maxLag, Log log)
    {
        _primary = primary;
        _maxLag = maxLag;
        All = [.. HostsOf(settings).Select(host => new Replica(host, config, _history, maxLag, primary.Times, log))];
    }

    enum Fallback
    {
        Unavailable,
        Lag,
        ReadAfter,
        Error,
    }

    public IReadOnlyList<Replica> All { get; }

    /// <summary>Reads that were sent to a standby first.</summary>
    public long SentToReplica => Interlocked.Read(ref _toReplica);

    /// <summary>Reads that a standby could answer and that were sent to the primary first.</summary>
    public long SentToPrimary => Interlocked.Read(ref _toPrimary);

    /// <summary>Reads that no standby answered although nobody asked for the primary.</summary>
    public IEnumerable<(string Reason, long Count)> Fallbacks => Reasons.Select((reason, i) => (reason, Interlocked.Read(ref _fallbacks[i])));

    /// <summary>Asks primary and standbys how far they are, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(All.Select(replica => replica.RunAsync(cancellationToken)).Append(FollowPrimaryAsync(cancellationToken)));

    /// <summary>Where a request runs.</summary>
    public ValueTask<Database> ChooseAsync(ActionPlan plan, TransactionFrame frame, Preferences preferences, CancellationToken cancellationToken)
    {
        // A standby knows no serializable transactions. Descriptions of the API come from the primary, as its schema cache does.
        if (!frame.ReadOnly || frame.Isolation == TransactionIsolation.Serializable || plan is not (ActionPlan.Read or ActionPlan.Call))
        {
            return new(_primary);
        }

        if (preferences.ReadPrimary)
        {
            Interlocked.Increment(ref _toPrimary);
            return new(_primary);
        }

        if (Find(preferences.ReadAfter) is { } replica)
        {
            Interlocked.Increment(ref _toReplica);
            return new(replica.Database);
        }

        if (preferences.ReadAfter is { } position && All.Any(static r => r.IsUsable && r.Lag < WorthWaiting))
        {
            return WaitAsync(position, cancellationToken);
        }

        return new(FallBack(All.Any(static r => r.IsUsable) ? Fallback.ReadAfter : All.Any(static r => r.IsBehind) ? Fallback.Lag : Fallback.Unavailable));
    }

    /// <summary>
    /// Whether the primary may answer differently from a standby that failed: the connection was lost, the statement was in the way of recovery, a standby
    /// cannot do what was asked (unlogged tables, notifications), or it does not know yet what the primary has: tables, grants, roles. What the
    /// data or a function made of the request is the answer.
    /// </summary>
    public static bool MayAskPrimary(Exception error) => error switch
    {
        ApiException { Error: ConnectionFailed } => true,
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => false,
        PostgresException e => e.SqlState is ['0', '8', ..] or ['0', 'A', ..] or ['2', '5', ..] or ['2', '8', ..] or ['3', 'D', ..] or ['3', 'F', ..]
            or ['4', '0', ..] or ['4', '2', ..] or ['5', '3', ..] or ['5', '5', ..] or ['5', '7', ..] or ['5', '8', ..] or ['X', 'X', ..]
            or "22023" or "26000",
        NpgsqlException or IOException => true,
        _ => false,
    };

    /// <summary>A read failed on a standby and runs on the primary. Only after <see cref="MayAskPrimary"/>.</summary>
    public void Report(Database database, Exception error)
    {
        Interlocked.Increment(ref _fallbacks[(int)Fallback.Error]);
        var replica = All.First(r => r.Database == database);
        if ((error is not PostgresException failed || !database.Recovers(failed)) && error is NpgsqlException lost && Database.IsLoss(lost))
        {
            replica.Suspend(lost is PostgresException refusal ? refusal.MessageText : lost.InnerException?.Message ?? lost.Message);
        }
    }

    /// <summary>Another schema cache was published: no session keeps what is stale.</summary>
    public void Flush()
    {
        foreach (var replica in All)
        {
            replica.Database.Flush();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in All)
        {
            await replica.DisposeAsync();
        }
    }

    /// <summary>Each in its turn.</summary>
    Replica? Find(NpgsqlLogSequenceNumber? after)
    {
        var start = (uint)Interlocked.Increment(ref _next);
        for (var i = 0u; i < All.Count; i++)
        {
            var replica = All[(int)((start + i) % (uint)All.Count)];
            if (replica.IsUsable && (after is not { } position || replica.HasReplayed(position)))
            {
                return replica;
            }
        }

        return null;
    }

    async ValueTask<Database> WaitAsync(NpgsqlLogSequenceNumber position, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (LongestWait - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
        {
            await Task.WhenAny([.. All.Where(static r => r.IsUsable).Select(static r => r.NextProbeAsync()), Task.Delay(left, cancellationToken)]);
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(position) is { } replica)
            {
                Interlocked.Increment(ref _toReplica);
                return replica.Database;
            }
        }

        return FallBack(Fallback.ReadAfter);
    }

    Database FallBack(Fallback reason)
    {
        Interlocked.Increment(ref _toPrimary);
        Interlocked.Increment(ref _fallbacks[(int)reason]);
        return _primary;
    }

    async Task FollowPrimaryAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await using var connection = await _primary.ConnectAsync(cancellationToken);
                    while (true)
                    {
                        var now = Stopwatch.GetTimestamp();
                        await using (var command = new NpgsqlCommand("SELECT pg_catalog.pg_current_wal_flush_lsn()::pg_catalog.text", connection) { CommandTimeout = Replica.ProbeTimeout })
                        {
                            _history.Add(NpgsqlLogSequenceNumber.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!), now, _maxLag());
                        }

                        await Task.Delay(Interval, cancellationToken);
                    }
                }
                catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
                {
                    // The pool and the reloader report it.
                    await Task.Delay(Interval, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down.
        }
    }

    /// <summary>Each host for itself: the driver's own choice among several knows neither their lag nor which one a request needs.</summary>
    static IEnumerable<NpgsqlConnectionStringBuilder> HostsOf(NpgsqlConnectionStringBuilder settings)
    {
        var hosts = settings.Host!.Split(',').Distinct(StringComparer.Ordinal).ToArray();
        foreach (var host in hosts)
        {
            var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { TargetSessionAttributes = null, LoadBalanceHosts = false };

            // A list has the port behind each host.
            if (settings.Host.Contains(',', StringComparison.Ordinal))
            {
                var colon = host.LastIndexOf(':');
                own.Host = host[..colon].Trim('[', ']');
                own.Port = int.Parse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            }

            yield return own;
        }
    }
}
