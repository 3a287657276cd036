using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace AutoRest.Proxy;

/// <summary>Makes a name with several addresses one server per address, where the host's row asks for it (<see cref="HostEntry.AllAddresses"/>).</summary>
/// <remarks>Not YARP's own resolver: that one takes every name, and a name without address keeps the proxy from starting.</remarks>
sealed class AddressResolver(Func<string, CancellationToken, Task<IPAddress[]>> lookUp) : IDestinationResolver
{
    /// <summary>Metadata of a destination that is to be resolved.</summary>
    public static readonly IReadOnlyDictionary<string, string> Wanted = new Dictionary<string, string> { ["AllAddresses"] = "true" };

    static readonly TimeSpan Refresh = TimeSpan.FromSeconds(10);

    public static Task<IPAddress[]> LookUp(string name, CancellationToken cancel) => Dns.GetHostAddressesAsync(name, cancel);

    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        if (!destinations.Values.Any(static destination => destination.Metadata == Wanted))
        {
            return new ResolvedDestinationCollection(destinations, null);
        }

        var resolved = new Dictionary<string, DestinationConfig>();
        foreach (var (name, destination) in destinations)
        {
            var uri = new Uri(destination.Address);
            var addresses = await Addresses(uri.DnsSafeHost, cancellationToken);
            foreach (var address in addresses)
            {
                var at = At(uri, address);
                resolved[at] = destination with { Address = at, Health = destination.Health is null ? null : At(new Uri(destination.Health), address) };
            }

            // Unknown at the moment: asked by name, it answers 502 until it is known.
            if (addresses.Length == 0)
            {
                resolved[name] = destination;
            }
        }

        return new ResolvedDestinationCollection(resolved, new CancellationChangeToken(new CancellationTokenSource(Refresh).Token));
    }

    async Task<IPAddress[]> Addresses(string name, CancellationToken cancel)
    {
        try
        {
            return await lookUp(name, cancel);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    static string At(Uri uri, IPAddress address) => new UriBuilder(uri) { Host = address.ToString() }.Uri.ToString();
}
