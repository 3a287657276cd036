using System.Diagnostics.Metrics;

namespace AutoRest.Server.Execution;

/// <summary>Connections of the pool, from the driver's own instrument: it is asked when somebody reads, and costs nothing otherwise.</summary>
public sealed class PoolGauge : IDisposable
{
    readonly MeterListener _listener = new();
    readonly Lock _reading = new();
    long _idle;
    long _used;

    public PoolGauge()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Npgsql" && instrument.Name == "db.client.connection.count")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, _) => Add(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        _listener.Start();
    }

    /// <summary>Established connections that nobody uses, and those in use.</summary>
    public (long Idle, long Used) Read()
    {
        lock (_reading)
        {
            _idle = _used = 0;
            _listener.RecordObservableInstruments();
            return (_idle, _used);
        }
    }

    public void Dispose() => _listener.Dispose();

    void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (isPool, isIdle) = (false, false);
        foreach (var (key, tag) in tags)
        {
            switch (key)
            {
                case "db.client.connection.pool.name":
                    isPool = tag is Database.PoolName;
                    break;
                case "db.client.connection.state":
                    isIdle = tag is "idle";
                    break;
                default:
                    break;
            }
        }

        if (isPool && isIdle)
        {
            _idle += value;
        }
        else if (isPool)
        {
            _used += value;
        }
    }
}
