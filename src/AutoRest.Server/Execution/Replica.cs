using System.Diagnostics;
using AutoRest.Server.Configuration;
using AutoRest.Server.Observability;
using Npgsql;
using NpgsqlTypes;

namespace AutoRest.Server.Execution;

/// <summary>
/// One standby: its pool, and what its probe last found. The probe has a connection of its own and asks every half second, or sooner when somebody waits
/// for a write to arrive.
/// </summary>
public sealed class Replica : IAsyncDisposable
{
    /// <summary>Between two probes when nobody is in a hurry.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two probes however many are in a hurry.</summary>
    static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Seconds a probe may take; a standby that needs longer is not one to read from.</summary>
    internal const int ProbeTimeout = 2;

    /// <summary>Seconds a connection may take: the primary could answer meanwhile.</summary>
    const int ConnectTimeout = 5;

    const string ProbeText = """
        SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_last_wal_replay_lsn()::pg_catalog.text,
               extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())::pg_catalog.float8
        """;

    readonly NpgsqlConnectionStringBuilder _settings;
    readonly PrimaryHistory _history;
    readonly Func<int> _maxLag;
    readonly Log _log;
    readonly Lock _changing = new();
    TaskCompletionSource _probed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Finding _finding = new(default, null, "it was not reached yet");
    string? _reported = "";

    /// <param name="settings">Of one host.</param>
    /// <param name="maxLag">Setting <c>ar-replica-max-lag</c>, as it is now.</param>
    internal Replica(NpgsqlConnectionStringBuilder settings, AppConfig config, PrimaryHistory history, Func<int> maxLag, Histogram? times, Log log)
    {
        _settings = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Timeout = settings.Timeout is 0 or > ConnectTimeout ? ConnectTimeout : settings.Timeout,
        };
        _history = history;
        _maxLag = maxLag;
        _log = log;
        Address = $"{settings.Host}:{settings.Port}";
        Database = new Database(_settings, config, log, Address) { Times = times };
    }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    public Database Database { get; }

    /// <summary>It is a standby of the primary, answers, and is not further behind than allowed.</summary>
    public bool IsUsable => Volatile.Read(ref _finding).Reason is null && !Database.IsDown;

    /// <summary>It is a standby that answers, but is too far behind.</summary>
    public bool IsBehind => Volatile.Read(ref _finding).IsBehind && !Database.IsDown;

    /// <summary>Age of what it shows; null while that is unknown.</summary>
    public TimeSpan? Lag => Volatile.Read(ref _finding).Lag;

    /// <summary>Reads from now on include what was written up to this position.</summary>
    public bool HasReplayed(NpgsqlLogSequenceNumber position) => Volatile.Read(ref _finding).Replayed >= PrimaryHistory.Reachable(position);

    /// <summary>Ends after a probe that begins from now on. Makes it begin soon.</summary>
    public Task NextProbeAsync()
    {
        lock (_changing)
        {
            _hurry.TrySetResult();
            return _probed.Task;
        }
    }

    /// <summary>A request lost its connection: no other goes there until a probe succeeds.</summary>
    public void Suspend(string reason)
    {
        Volatile.Write(ref _finding, new Finding(default, null, reason));
        Database.Flush();
        _ = NextProbeAsync();
    }

    /// <summary>Probes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await ProbeAsync(cancellationToken);

                // A server that does not answer is not asked in a hurry.
                await Task.Delay(Interval, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down.
        }
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    /// <summary>Connects and probes until something fails.</summary>
    async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Database.DetectPreparationAsync(cancellationToken);
            await using var connection = await Database.ConnectAsync(
                new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { CommandTimeout = ProbeTimeout, CancellationTimeout = -1 }, cancellationToken);
            while (true)
            {
                var begun = BeginProbe();
                try
                {
                    Publish(await AskAsync(connection, cancellationToken));
                }
                finally
                {
                    begun.TrySetResult();
                }

                await PauseAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
        {
            // Idle connections went the same way, or are about to.
            Database.Flush();
            Publish(new Finding(default, null, e is PostgresException refusal ? refusal.MessageText : e.InnerException?.Message ?? e.Message));
        }
    }

    async Task<Finding> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ProbeText, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (!reader.GetBoolean(0))
        {
            return new Finding(default, null, "it is not a standby");
        }

        if (reader.IsDBNull(1))
        {
            return new Finding(default, null, "it has no log to replay");
        }

        var replayed = NpgsqlLogSequenceNumber.Parse(reader.GetString(1));
        var lag = _history.LagOf(replayed, reader.IsDBNull(2) ? null : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(2))));
        return lag is not { } known ? new Finding(replayed, null, "it could not be compared with the primary yet")
            : _maxLag() is > 0 and var max && known.TotalSeconds > max ? new Finding(replayed, known, "it is too far behind", true)
            : new Finding(replayed, known, null);
    }

    void Publish(Finding finding)
    {
        if (finding.Replayed != default)
        {
            Database.MarkUp();
        }

        Volatile.Write(ref _finding, finding);
        if (_reported != finding.Reason)
        {
            _reported = finding.Reason;
            if (finding.Reason is { } reason)
            {
                _log.ReplicaUnused(Address, reason);
            }
            else
            {
                _log.ReplicaUsed(Address);
            }
        }
    }

    /// <summary>Who asks from now on waits for the next probe.</summary>
    TaskCompletionSource BeginProbe()
    {
        lock (_changing)
        {
            var begun = _probed;
            _probed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_hurry.Task.IsCompleted)
            {
                _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return begun;
        }
    }

    async Task PauseAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(ShortestInterval, cancellationToken);
        Task hurry;
        lock (_changing)
        {
            hurry = _hurry.Task;
        }

        await Task.WhenAny(hurry, Task.Delay(Interval, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <param name="Reason">Why nothing is read there; null when it is.</param>
    sealed record Finding(NpgsqlLogSequenceNumber Replayed, TimeSpan? Lag, string? Reason, bool IsBehind = false);
}

/// <summary>
/// Where the primary's log ended, and when: how far behind a standby is, in time, without comparing clocks, and without taking a primary at rest for
/// a standby that stands still.
/// </summary>
sealed class PrimaryHistory
{
    /// <summary>A lag beyond this, or beyond the limit, is not measured more exactly.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>Size of a page of the log, and of the header of most: no record ends there.</summary>
    const ulong PageSize = 8192;
    const ulong PageHeader = 24;

    readonly Lock _lock = new();
    readonly LinkedList<(NpgsqlLogSequenceNumber End, long Seen)> _samples = new();

    /// <summary>
    /// The insert position behind a page's header means the end of the page before it: that is what a standby that has replayed everything reports.
    /// </summary>
    public static NpgsqlLogSequenceNumber Reachable(NpgsqlLogSequenceNumber position)
    {
        var value = (ulong)position;
        return value % PageSize == PageHeader ? new NpgsqlLogSequenceNumber(value - PageHeader) : position;
    }

    /// <param name="end">What the primary has flushed.</param>
    /// <param name="now">As <see cref="Stopwatch.GetTimestamp"/>, before it was asked.</param>
    public void Add(NpgsqlLogSequenceNumber end, long now, int maxLag)
    {
        end = Reachable(end);
        lock (_lock)
        {
            if (_samples.Last is { } last)
            {
                if (last.Value.End == end)
                {
                    last.Value = (end, now);
                    return;
                }

                if (last.Value.End > end)
                {
                    // Another primary, which never had the end of that log.
                    _samples.Clear();
                }
            }

            _samples.AddLast((end, now));
            var kept = Kept > TimeSpan.FromSeconds(maxLag) ? Kept : TimeSpan.FromSeconds((long)maxLag + 1);
            while (_samples.Count > 2 && Stopwatch.GetElapsedTime(_samples.First!.Value.Seen, now) > kept)
            {
                _samples.RemoveFirst();
            }
        }
    }

    /// <summary>
    /// Time from when the primary was last seen at or before a position to when it was last seen at all. While the primary cannot be asked, no time passes:
    /// nothing is known to have been written.
    /// </summary>
    /// <param name="byClock">The standby's own estimate, which takes a primary's rest for lag; only used for what was written before the first sample.</param>
    /// <returns>Null when it cannot be told.</returns>
    public TimeSpan? LagOf(NpgsqlLogSequenceNumber replayed, TimeSpan? byClock)
    {
        lock (_lock)
        {
            if (_samples.Last is not { } last)
            {
                return null;
            }

            for (var sample = last; sample is not null; sample = sample.Previous)
            {
                if (sample.Value.End <= replayed)
                {
                    return Stopwatch.GetElapsedTime(sample.Value.Seen, last.Value.Seen);
                }
            }

            var known = Stopwatch.GetElapsedTime(_samples.First!.Value.Seen, last.Value.Seen);
            return byClock is { } estimate ? estimate > known ? estimate : known : null;
        }
    }
}
