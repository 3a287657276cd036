using System.Collections.Frozen;
using AutoRest.Introspection;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Observability;

namespace AutoRest.Server;

/// <summary>What requests see: a snapshot, and what is made of its configuration once.</summary>
public sealed record Generation(Snapshot Snapshot, Authenticator Authenticator, RequestLimits Limits);

/// <summary>The one mutable reference of the server. A reload publishes a complete new value.</summary>
public sealed class AppState
{
    readonly Lock _publishing = new();
    Generation _current;
    volatile bool _isPending = true;

    public AppState(AppConfig config)
    {
        _current = new(
            new Snapshot(config, null, FrozenDictionary<string, RoleSettings>.Empty, 0), new Authenticator(config), new RequestLimits(config, Metrics));
    }

    public Generation Current => Volatile.Read(ref _current);

    public Metrics Metrics { get; } = new();

    /// <summary>The last load failed and a retry is pending: <c>/ready</c> says 503 while the old cache serves.</summary>
    public bool IsPending
    {
        get => _isPending;
        set => _isPending = value;
    }

    /// <summary>When the next attempt to load is due, for <c>Retry-After</c>.</summary>
    public DateTimeOffset NextAttempt { get; set; }

    /// <summary>Another configuration was published.</summary>
    public event Action<Generation>? ConfigChanged;

    /// <summary>Makes a new generation of the current snapshot.</summary>
    /// <param name="change">The new snapshot from the current one, so that a reload of one part does not undo that of another.</param>
    public void Publish(Func<Snapshot, Snapshot> change)
    {
        Generation next;
        bool isNewConfig;
        lock (_publishing)
        {
            var current = Current;
            var snapshot = change(current.Snapshot);
            isNewConfig = !ReferenceEquals(current.Snapshot.Config, snapshot.Config);

            // Keys are parsed anew, and the cache of verified tokens dropped, only when the configuration changed.
            next = isNewConfig
                ? new Generation(
                    snapshot, new Authenticator(snapshot.Config, current.Authenticator),
                    HasSameLimits(current.Snapshot.Config, snapshot.Config) ? current.Limits : new RequestLimits(snapshot.Config, Metrics))
                : current with { Snapshot = snapshot };
            Volatile.Write(ref _current, next);
        }

        if (isNewConfig)
        {
            ConfigChanged?.Invoke(next);
        }
    }

    /// <summary>A reload must not give everybody a new allowance.</summary>
    static bool HasSameLimits(AppConfig a, AppConfig b) =>
        (a.MaxConcurrentRequests, a.RateLimitAddress, a.RateLimitRole, a.RateLimitBurst)
        == (b.MaxConcurrentRequests, b.RateLimitAddress, b.RateLimitRole, b.RateLimitBurst);
}
