using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;

namespace AutoRest.Proxy;

/// <summary>What is refused in front of the servers: too many requests at a time, too many of one client, too large a body.</summary>
sealed class RequestLimits : IDisposable
{
    readonly ConcurrencyLimiter? _concurrent;
    readonly PartitionedRateLimiter<IPAddress>? _rate;

    public RequestLimits(LimitSettings settings)
    {
        Settings = settings;
        _concurrent = settings.ConcurrentRequests is { } most
            ? new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = settings.QueuedRequests })
            : null;
        _rate = settings.RequestsPerSecond is { } perSecond
            ? PartitionedRateLimiter.Create<IPAddress, IPAddress>(client => RateLimitPartition.GetTokenBucketLimiter(Client(client), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = settings.Burst ?? perSecond,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }))
            : null;
    }

    public LimitSettings Settings { get; }

    /// <summary>Lets the request in, as long as the lease is held.</summary>
    /// <returns>The answer that refuses it, or a lease; neither where there is no limit.</returns>
    public async ValueTask<(ProxyError? Refusal, RateLimitLease? Lease)> Enter(HttpContext context)
    {
        if (_rate is not null && context.Connection.RemoteIpAddress is { } client)
        {
            using var turn = _rate.AttemptAcquire(client);
            if (!turn.IsAcquired)
            {
                return (ProxyError.TooMany(Settings.RequestsPerSecond!.Value), null);
            }
        }

        if (Settings.BodyBytes is { } most)
        {
            if (context.Request.ContentLength > most)
            {
                return (ProxyError.TooLarge(most), null);
            }

            // A body of unknown length is cut off when it gets there.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            {
                body.MaxRequestBodySize = most;
            }
        }

        if (_concurrent is null)
        {
            return default;
        }

        var lease = await _concurrent.AcquireAsync(1, context.RequestAborted);
        if (lease.IsAcquired)
        {
            return (null, lease);
        }

        lease.Dispose();
        return (ProxyError.Busy(), null);
    }

    /// <summary>Ends the timers of the rate limit. Leases that are held stay valid.</summary>
    public void Dispose() => _rate?.Dispose();

    /// <summary>Whom a limit per client counts: an IPv6 subscriber has a whole /64 to choose from.</summary>
    internal static IPAddress Client(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
