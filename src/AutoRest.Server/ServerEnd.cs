using System.Diagnostics;
using AutoRest.Server.Observability;

namespace AutoRest.Server;

/// <summary>The one reason why the server ends, and its exit code.</summary>
public sealed class ServerEnd(Log log)
{
    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _since;
    int _exitCode;

    /// <summary>
    /// The time in which further signals mean the same as the first: a terminal and the program that started this one may both send one.
    /// </summary>
    static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    /// <summary>Somebody asks again: what is under way is not worth waiting for.</summary>
    public event Action? Hurried;

    public bool IsHurried { get; private set; }

    /// <summary>Completes with the first reason.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Of the process: 0, or 1 after a failure. contract/operations.md §6.</summary>
    public int ExitCode => _exitCode;

    /// <summary>A signal asks for the end; asked again after a while, it hurries.</summary>
    public void Stop(string signal)
    {
        if (_since == 0)
        {
            log.Terminating(signal);
            _since = Stopwatch.GetTimestamp();
        }
        else if (Stopwatch.GetElapsedTime(_since) > Echo && !IsHurried)
        {
            IsHurried = true;
            log.Warning($"Received {signal} again: requests under way are cut off");
            Hurried?.Invoke();
        }

        _reached.TrySetResult();
    }

    /// <summary>Something happened that the server cannot go on with: it ends with exit code 1.</summary>
    public void Fail(string message)
    {
        if (Interlocked.Exchange(ref _exitCode, 1) == 0)
        {
            log.Warning(message);
        }

        _reached.TrySetResult();
    }

    /// <summary>
    /// For a worker that is not meant to end: when it does without being told to, so does the process, which whoever supervises it will notice.
    /// </summary>
    public async Task Watch(string name, Task worker, CancellationToken stopping)
    {
        try
        {
            await worker;
            if (!stopping.IsCancellationRequested)
            {
                Fail($"{name} ended unexpectedly, exiting.");
            }
        }
        catch (Exception e)
        {
            if (!stopping.IsCancellationRequested)
            {
                Fail($"{name} failed unexpectedly, exiting: {e}");
            }
        }
    }
}
