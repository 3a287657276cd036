using System.Diagnostics;
using System.Globalization;

namespace AutoRest.Server.Observability;

/// <summary>Stages of a request that <c>Server-Timing</c> reports, in its order.</summary>
public enum Stage
{
    Jwt,
    Parse,
    Plan,
    Transaction,
    Response,
}

/// <summary>Durations of a request's stages; costs nothing when off. contract/operations.md §9.2.</summary>
public sealed class RequestTiming(bool enabled)
{
    readonly double[] _milliseconds = enabled ? new double[5] : [];
    long _last = enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>The stage that just ended.</summary>
    public void Mark(Stage stage)
    {
        if (_milliseconds.Length == 0)
        {
            return;
        }

        var now = Stopwatch.GetTimestamp();
        _milliseconds[(int)stage] += Stopwatch.GetElapsedTime(_last, now).TotalMilliseconds;
        _last = now;
    }

    /// <summary>The header's value; null when off.</summary>
    public string? Text => _milliseconds.Length == 0
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"jwt;dur={_milliseconds[0]:F1}, parse;dur={_milliseconds[1]:F1}, plan;dur={_milliseconds[2]:F1}, transaction;dur={_milliseconds[3]:F1}, response;dur={_milliseconds[4]:F1}");
}
