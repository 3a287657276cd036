using System.Globalization;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace AutoRest.Proxy;

/// <summary>The host table as YARP's routes and clusters. Pure: one host is one route and one cluster of the same name.</summary>
public static class HostRoutes
{
    /// <summary>Translates the table.</summary>
    /// <exception cref="HostTableException">A row cannot work; the message says which and what to write instead.</exception>
    public static (IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters) From(HostTable table)
    {
        var rows = table.Hosts.OrderBy(row => row.Key, StringComparer.Ordinal).ToList();
        return ([.. rows.Select(row => Route(row.Key))], [.. rows.Select(row => Cluster(row.Key, row.Value))]);
    }

    static RouteConfig Route(string host)
    {
        // A port in the name would only match requests on that port, and the default port is not sent by browsers: always an accident.
        if (string.IsNullOrWhiteSpace(host) || host.Contains(':') || host.Contains('/'))
        {
            throw new HostTableException($"Host \"{host}\" in the host table is not a host name: write it without scheme, port and path.");
        }

        return new RouteConfig
        {
            RouteId = host,
            ClusterId = host,
            Match = new RouteMatch { Hosts = [host], Path = "/{**path}" },
            // Without this transform the server would see its own address as the host, and so print wrong links in /docs and /.
            Transforms = [new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" }],
        };
    }

    static ClusterConfig Cluster(string host, HostEntry entry)
    {
        if (entry.Destinations.Count == 0)
        {
            throw new HostTableException($"Host \"{host}\" has no destination: add one address such as \"http://127.0.0.1:3000\" to its Destinations.");
        }

        return new ClusterConfig
        {
            ClusterId = host,
            LoadBalancingPolicy = entry.LoadBalancing,
            Destinations = entry.Destinations.Distinct(StringComparer.Ordinal).ToDictionary(address => address, address => Destination(host, address, entry.Health)),
            HealthCheck = entry.Health is { } probe
                ? new HealthCheckConfig
                {
                    // The default sends requests to servers known to be broken when all of them are; a 503 says what is the matter.
                    AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
                    Active = new ActiveHealthCheckConfig
                    {
                        Enabled = true,
                        Path = probe.Path,
                        Interval = probe.Interval,
                        Timeout = probe.Timeout,
                        Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                    },
                }
                : null,
            Metadata = entry.Health is { Failures: var failures }
                ? new Dictionary<string, string>
                {
                    [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = Math.Max(1, failures).ToString(CultureInfo.InvariantCulture),
                }
                : null,
        };
    }

    static DestinationConfig Destination(string host, string address, HealthProbe? probe)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new HostTableException($"Destination \"{address}\" of host \"{host}\" is not an address: write it like \"http://127.0.0.1:3000\".");
        }

        return new DestinationConfig
        {
            Address = address,
            Health = probe?.Port is { } port ? new UriBuilder(uri) { Port = port, Path = "/" }.Uri.ToString() : null,
        };
    }
}

/// <summary>The host table cannot be used; <see cref="Exception.Message"/> is one sentence for the operator.</summary>
public sealed class HostTableException(string message) : Exception(message);
