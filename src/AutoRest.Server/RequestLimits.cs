using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Observability;

namespace AutoRest.Server;

/// <summary>How many requests are let in: at once, per client address, per role. Everything is off unless a setting says otherwise.</summary>
public sealed class RequestLimits : IDisposable
{
    readonly Metrics _metrics;
    readonly int _maxConcurrent;
    readonly PartitionedRateLimiter<string>? _addresses;
    readonly PartitionedRateLimiter<string>? _roles;
    int _concurrent;

    public RequestLimits(AppConfig config, Metrics metrics)
    {
        _metrics = metrics;
        _maxConcurrent = config.MaxConcurrentRequests;
        _addresses = Limiter(config.RateLimitAddress, config.RateLimitBurst);
        _roles = Limiter(config.RateLimitRole, config.RateLimitBurst);
    }

    /// <summary>Lets a request in; <see cref="Leave"/> must follow. Null when there is nothing to count.</summary>
    /// <exception cref="ApiException">AR503, AR429.</exception>
    public RequestLimits? Enter(IPAddress? client)
    {
        if (_addresses is { } addresses)
        {
            Take(addresses, KeyOf(client));
        }

        if (_maxConcurrent <= 0)
        {
            return null;
        }

        if (Interlocked.Increment(ref _concurrent) > _maxConcurrent)
        {
            Leave();
            _metrics.RequestRefused();
            throw new ApiException(new Overloaded("Too many requests are being served."));
        }

        return this;
    }

    public void Leave() => Interlocked.Decrement(ref _concurrent);

    /// <exception cref="ApiException">AR429.</exception>
    public void CheckRole(string role)
    {
        if (_roles is { } roles)
        {
            Take(roles, role);
        }
    }

    public void Dispose()
    {
        _addresses?.Dispose();
        _roles?.Dispose();
    }

    /// <summary>An IPv6 client has a whole /64 to choose addresses from.</summary>
    internal static string KeyOf(IPAddress? client)
    {
        if (client is null)
        {
            return "";
        }

        if (client.IsIPv4MappedToIPv6)
        {
            client = client.MapToIPv4();
        }

        return client.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexString(client.GetAddressBytes().AsSpan(0, 8))
            : client.ToString();
    }

    void Take(PartitionedRateLimiter<string> limiter, string key)
    {
        using var lease = limiter.AttemptAcquire(key);
        if (!lease.IsAcquired)
        {
            _metrics.RequestRefused();
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? Math.Ceiling(time.TotalSeconds) : 1;
            throw new ApiException(new TooManyRequests(Math.Max(1, Convert.ToInt32(wait, CultureInfo.InvariantCulture))));
        }
    }

    /// <summary>Partitions nobody uses are dropped by the limiter itself, so that a sweep over addresses does not fill the memory.</summary>
    static PartitionedRateLimiter<string>? Limiter(int perSecond, int burst) => perSecond <= 0 ? null
        : PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            // Tokens come ten times a second where they can be divided, so that a client that keeps to its rate need not wait a whole one.
            ReplenishmentPeriod = TimeSpan.FromSeconds(perSecond % 10 == 0 ? 0.1 : 1),
            TokensPerPeriod = perSecond % 10 == 0 ? perSecond / 10 : perSecond,
            TokenLimit = Math.Max(perSecond, burst),
            QueueLimit = 0,
            AutoReplenishment = true,
        }), StringComparer.Ordinal);
}
