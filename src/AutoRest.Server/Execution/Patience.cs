using System.Diagnostics;

namespace AutoRest.Server.Execution;

/// <summary>How long a request may wait for a database that was lost, from its beginning; the default value does not wait at all.</summary>
public readonly struct Patience
{
    readonly long _started;
    readonly TimeSpan _time;

    Patience(long started, TimeSpan time)
    {
        _started = started;
        _time = time;
    }

    /// <summary>What is left; zero or less when it is used up.</summary>
    public TimeSpan Left => _time == TimeSpan.Zero ? TimeSpan.Zero : _time - Stopwatch.GetElapsedTime(_started);

    public static Patience Of(TimeSpan time) => new(Stopwatch.GetTimestamp(), time);
}
