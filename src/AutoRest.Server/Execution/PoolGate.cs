using AutoRest.Server.Errors;

namespace AutoRest.Server.Execution;

/// <summary>
/// Hands out the slots of the pool, first come first served, so that waiting for one has its own time limit, its own count and a bounded length;
/// the driver's pool knows none of them apart from connecting. contract/operations.md §10.
/// </summary>
public sealed class PoolGate : IDisposable
{
    readonly Lock _lock = new();
    readonly Queue<Waiter> _waiters = new();
    readonly Timer _expiry;
    readonly int _maxWaiting;
    readonly TimeSpan _timeout;
    int _free;
    int _waiting;
    long _timeouts;
    bool _armed;

    public PoolGate(int size, int maxWaiting, TimeSpan timeout)
    {
        Size = size;
        _free = size;
        _maxWaiting = Math.Max(maxWaiting, 0);
        _timeout = timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout;

        // One timer for all: every waiter has the same time, so they expire in the order they came.
        _expiry = new Timer(static gate => ((PoolGate)gate!).Expire(), this, Timeout.Infinite, Timeout.Infinite);
    }

    public int Size { get; }

    /// <summary>Slots taken.</summary>
    public int InUse => Size - Volatile.Read(ref _free);

    /// <summary>Requests that wait for a slot; those that have one do not count.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Requests that waited too long, since the process began.</summary>
    public long Timeouts => Interlocked.Read(ref _timeouts);

    /// <summary>Takes a slot; <see cref="Leave"/> gives it back.</summary>
    /// <exception cref="ApiException">PGRST003 after the time, AR503 at once when too many wait already.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return ValueTask.CompletedTask;
            }

            if (_waiting >= _maxWaiting)
            {
                throw new ApiException(new Overloaded("Too many requests wait for a database connection."));
            }

            waiter = new Waiter(Environment.TickCount64 + (long)_timeout.TotalMilliseconds);
            _waiters.Enqueue(waiter);

            // Atomic although inside the lock: it is counted down outside.
            Interlocked.Increment(ref _waiting);
            if (!_armed)
            {
                _armed = true;
                _expiry.Change(_timeout, Timeout.InfiniteTimeSpan);
            }
        }

        return WaitAsync(waiter, cancellationToken);
    }

    public void Leave()
    {
        lock (_lock)
        {
            while (_waiters.TryDequeue(out var waiter))
            {
                // One that expired or whose client left stays in the queue until it is met here.
                if (waiter.TrySetResult())
                {
                    return;
                }
            }

            _free++;
        }
    }

    /// <summary>The database is gone: waiting for a connection to it would only take the clients' time.</summary>
    public void Refuse(ApiError error)
    {
        lock (_lock)
        {
            while (_waiters.TryDequeue(out var waiter))
            {
                waiter.TrySetException(new ApiException(error));
            }
        }
    }

    public void Dispose() => _expiry.Dispose();

    async ValueTask WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            using (cancellationToken.UnsafeRegister(static (waiter, token) => ((Waiter)waiter!).TrySetCanceled(token), waiter))
            {
                await waiter.Task;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    void Expire()
    {
        lock (_lock)
        {
            var now = Environment.TickCount64;
            while (_waiters.TryPeek(out var waiter) && (waiter.Deadline <= now || waiter.Task.IsCompleted))
            {
                _waiters.Dequeue();
                if (waiter.TrySetException(new ApiException(new PoolTimeout())))
                {
                    Interlocked.Increment(ref _timeouts);
                }
            }

            _armed = _waiters.TryPeek(out var next);
            if (_armed)
            {
                _expiry.Change(Math.Max(1, next!.Deadline - now), Timeout.Infinite);
            }
        }
    }

    // Continuations elsewhere: they must not run inside the lock.
    sealed class Waiter(long deadline) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Deadline => deadline;
    }
}
