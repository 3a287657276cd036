using System.Collections.Frozen;
using AutoRest.Introspection;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;

namespace AutoRest.Server;

/// <summary>What requests see: a snapshot, and what is made of its configuration once.</summary>
public sealed record Generation(Snapshot Snapshot, Authenticator Authenticator);

/// <summary>The one mutable reference of the server. A reload publishes a complete new value.</summary>
public sealed class AppState(AppConfig config)
{
    Generation _current = new(
        new Snapshot(config, null, FrozenDictionary<string, RoleSettings>.Empty, 0), new Authenticator(config));

    public Generation Current => Volatile.Read(ref _current);

    /// <summary>The last load failed and a retry is pending: <c>/ready</c> says 503 while the old cache serves.</summary>
    public bool IsPending { get; set; } = true;

    /// <summary>When the next attempt to load is due, for <c>Retry-After</c>.</summary>
    public DateTimeOffset NextAttempt { get; set; }

    public void Publish(Snapshot snapshot)
    {
        var current = Current;

        // Keys are parsed anew, and the cache of verified tokens dropped, only when the configuration changed.
        var authenticator = ReferenceEquals(current.Snapshot.Config, snapshot.Config) ? current.Authenticator : new Authenticator(snapshot.Config, current.Authenticator);
        Volatile.Write(ref _current, new Generation(snapshot, authenticator));
    }
}
