using System.Collections.Immutable;
using System.Diagnostics;
using System.Numerics;

namespace AutoRest.Server.Observability;

/// <summary>Counts by bucket, not cumulative; the last bucket is everything above the last bound.</summary>
public readonly record struct HistogramSeries(ImmutableArray<long> Buckets, double Sum)
{
    public long Count => Buckets.Sum();
}

/// <summary>Durations of several series in fixed buckets.</summary>
/// <remarks>Striped by processor: on a large machine all requests of one route would otherwise write to one cache line.</remarks>
public sealed class Histogram
{
    const int MaxStripes = 16;

    /// <summary>Upper bounds in seconds.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    static readonly long[] BoundTicks = [.. Bounds.Select(static b => (long)(b * Stopwatch.Frequency))];

    /// <summary>Buckets, then the sum of ticks.</summary>
    static readonly int Width = BoundTicks.Length + 2;

    readonly long[][] _stripes;
    readonly int _mask;

    public Histogram(int series)
    {
        var stripes = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount), MaxStripes);
        _mask = stripes - 1;
        _stripes = new long[stripes][];
        for (var i = 0; i < stripes; i++)
        {
            _stripes[i] = new long[series * Width];
        }
    }

    /// <summary>Counts one duration, in ticks of <see cref="Stopwatch"/>.</summary>
    public void Add(int series, long ticks)
    {
        var bucket = 0;
        while (bucket < BoundTicks.Length && ticks > BoundTicks[bucket])
        {
            bucket++;
        }

        var stripe = _stripes[Thread.GetCurrentProcessorId() & _mask];
        Interlocked.Increment(ref stripe[(series * Width) + bucket]);
        Interlocked.Add(ref stripe[(series * Width) + Width - 1], ticks);
    }

    public HistogramSeries Read(int series)
    {
        var buckets = new long[Width - 1];
        var sum = 0L;
        foreach (var stripe in _stripes)
        {
            for (var i = 0; i < buckets.Length; i++)
            {
                buckets[i] += Interlocked.Read(ref stripe[(series * Width) + i]);
            }

            sum += Interlocked.Read(ref stripe[(series * Width) + Width - 1]);
        }

        return new HistogramSeries(ImmutableArray.Create(buckets), (double)sum / Stopwatch.Frequency);
    }
}
