namespace AutoRest.Server.Auth;

/// <summary>Times of the conversation with an issuer. contract/beyond.md §11.</summary>
public sealed record KeyTimes
{
    /// <summary>A set is kept at least this long, whatever its issuer says.</summary>
    public TimeSpan MinAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>When the issuer says nothing.</summary>
    public TimeSpan DefaultAge { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>After a failure; doubled with each further one, up to <see cref="MinAge"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Tokens with unknown key ids cause at most one fetch in this time: anybody can send such a token.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For one fetch, redirects and discovery included.</summary>
    public TimeSpan Fetch { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time a request waits for a fetch.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Counts of fetches since the process began.</summary>
public sealed class JwksCounters
{
    long _succeeded;
    long _failed;

    public long Succeeded => Interlocked.Read(ref _succeeded);

    public long Failed => Interlocked.Read(ref _failed);

    internal void CountSuccess() => Interlocked.Increment(ref _succeeded);

    internal void CountFailure() => Interlocked.Increment(ref _failed);
}

/// <summary>How a fetch ended.</summary>
/// <param name="Error">Null: it succeeded.</param>
/// <param name="Changed">The set differs from the one before.</param>
/// <param name="Next">Time until the next fetch.</param>
public sealed record KeyRefresh(string? Error, bool Changed, int Keys, TimeSpan Next);

/// <summary>
/// The keys of an issuer that can be fetched. One worker fetches; requests only read what is there, and those with an unknown key id may ask for a
/// fetch and wait for its end.
/// </summary>
public sealed class RemoteKeys
{
    /// <summary>Requests that may wait at once; more are answered from what is known.</summary>
    const int MaxWaiting = 256;

    readonly Lock _lock = new();
    readonly TimeProvider _clock;
    readonly KeyTimes _times;
    readonly JwksCounters _counters;

    // Ends with the fetch that runs, or with the next one when none does.
    TaskCompletionSource _fetch = NewSignal();
    TaskCompletionSource _asked = NewSignal();
    FetchedKeys? _current;
    bool _isRunning;
    long? _lastStart;
    long _lastSuccess;
    int _failures;
    int _waiting;

    internal RemoteKeys(KeySource source, JwksCounters counters, TimeProvider clock, KeyTimes? times = null)
    {
        Source = source;
        _counters = counters;
        _clock = clock;
        _times = times ?? new KeyTimes();
    }

    public KeySource Source { get; }

    /// <summary>Keys in use.</summary>
    public int Count => Current?.Keys.Length ?? 0;

    /// <summary>Time since the keys in use were fetched or confirmed; null before the first success.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (_lock)
            {
                return _current is null ? null : _clock.GetElapsedTime(_lastSuccess);
            }
        }
    }

    /// <summary>Completes when somebody wants a fetch before it is due.</summary>
    public Task Asked => Volatile.Read(ref _asked).Task;

    /// <summary>Null until the first success. Kept through failures: an issuer that is down must not lock its users out.</summary>
    internal FetchedKeys? Current => Volatile.Read(ref _current);

    /// <summary>Fetches once. For the worker alone.</summary>
    public async Task<KeyRefresh> RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _isRunning = true;
            _lastStart = _clock.GetTimestamp();
            _asked = NewSignal();
        }

        try
        {
            return Succeeded(await JwksClient.FetchAsync(Source, Current, _times.Fetch, cancellationToken));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever an answer may provoke: the worker goes on.
            return Failed(failure is JwksException ? failure.Message : failure.GetType().Name);
        }
        finally
        {
            // Whoever waits is let go, even when the server ends.
            lock (_lock)
            {
                _isRunning = false;
                _fetch.TrySetResult();
                _fetch = NewSignal();
            }
        }
    }

    /// <summary>Waits for a fetch, at most <see cref="KeyTimes.Wait"/>; not at all when there is none to wait for: the last was a moment ago.</summary>
    internal async Task WaitForFetchAsync(CancellationToken cancellationToken)
    {
        if (Ask() is not { } fetch)
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _waiting) <= MaxWaiting)
            {
                await fetch.WaitAsync(_times.Wait, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            // The keys that are there must do.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>The fetch under way, or the one about to begin; null when the last began less than <see cref="KeyTimes.Cooldown"/> ago.</summary>
    Task? Ask()
    {
        lock (_lock)
        {
            if (!_isRunning && _lastStart is { } last)
            {
                if (_clock.GetElapsedTime(last) < _times.Cooldown)
                {
                    return null;
                }

                _asked.TrySetResult();
            }

            return _fetch.Task;
        }
    }

    KeyRefresh Succeeded(FetchedKeys fetched)
    {
        _counters.CountSuccess();
        var isChanged = _current is null || !fetched.SameAs(_current);
        lock (_lock)
        {
            _failures = 0;
            _lastSuccess = _clock.GetTimestamp();

            // The same set stays the same object: nothing that depends on it is made anew.
            Volatile.Write(ref _current, isChanged ? fetched : _current);
        }

        var age = fetched.MaxAge ?? _times.DefaultAge;
        return new KeyRefresh(null, isChanged, Count, age < _times.MinAge ? _times.MinAge : age > _times.MaxAge ? _times.MaxAge : age);
    }

    KeyRefresh Failed(string error)
    {
        _counters.CountFailure();
        var pause = Math.Min(_times.FirstRetry.TotalSeconds * Math.Pow(2, Math.Min(_failures++, 30)), _times.MinAge.TotalSeconds);

        // Jitter: several servers of one issuer must not come back in step.
        return new KeyRefresh(error, false, Count, TimeSpan.FromSeconds(pause * (0.75 + (Random.Shared.NextDouble() * 0.25))));
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
