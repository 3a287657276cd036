using System.Globalization;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace AutoRest.Proxy;

/// <summary>The host table as YARP's routes and clusters. Pure: one host is one route and one cluster of the same name.</summary>
public static class HostRoutes
{
    /// <summary>Translates the table.</summary>
    /// <exception cref="SettingException">A row cannot work; the message says which and what to write instead.</exception>
    public static (IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters) From(HostTable table)
    {
        var rows = table.Hosts.OrderBy(row => row.Key, StringComparer.Ordinal).ToList();
        var tenants = new Tenancy(table);
        return ([.. rows.Select(row => Route(row.Key, row.Value, tenants))], [.. rows.Select(row => Cluster(row.Key, row.Value))]);
    }

    static RouteConfig Route(string host, HostEntry entry, Tenancy tenants)
    {
        // A port in the name would only match requests on that port, and the default port is not sent by browsers: always an accident.
        if (string.IsNullOrWhiteSpace(host) || host.Contains(':') || host.Contains('/'))
        {
            throw new SettingException($"Host \"{host}\" in the host table is not a host name: write it without scheme, port and path.");
        }

        return new RouteConfig
        {
            RouteId = host,
            ClusterId = host,
            Match = new RouteMatch { Hosts = [host], Path = "/{**path}" },
            Transforms =
            [
                // Without this transform the server would see its own address as the host, and so print wrong links in /docs and /.
                new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" },
                // A tenant's header comes from the table alone, on whatever host.
                .. tenants.Headers.Select(header => new Dictionary<string, string> { ["RequestHeaderRemove"] = header }),
            ],
            Metadata = tenants.Metadata(host, entry),
        };
    }

    static ClusterConfig Cluster(string host, HostEntry entry)
    {
        if (entry.Destinations.Count == 0)
        {
            throw new SettingException($"Host \"{host}\" has no destination: add one address such as \"http://127.0.0.1:3000\" to its Destinations.");
        }

        var destinations = entry.Destinations.Distinct(StringComparer.Ordinal).ToDictionary(address => address, address => Destination(host, address, entry));
        // Where there is only one server, or nothing that would find it well again, it is asked rather than none.
        var passive = entry.Pause > TimeSpan.Zero && (destinations.Count > 1 || entry.AllAddresses);
        return new ClusterConfig
        {
            ClusterId = host,
            LoadBalancingPolicy = entry.LoadBalancing,
            Destinations = destinations,
            HttpRequest = new ForwarderRequestConfig { ActivityTimeout = entry.ActivityTimeout },
            // Bytes are passed as they are: one character per byte, both ways, as at the front (ProxyHost).
            HttpClient = new HttpClientConfig { RequestHeaderEncoding = "iso-8859-1", ResponseHeaderEncoding = "iso-8859-1" },
            HealthCheck = new HealthCheckConfig
            {
                // The default sends requests to servers known to be broken when all of them are; a 503 says what is the matter.
                AvailableDestinationsPolicy = entry.Health is null
                    ? HealthCheckConstants.AvailableDestinations.HealthyOrPanic
                    : HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
                Active = entry.Health is { } probe
                    ? new ActiveHealthCheckConfig
                    {
                        Enabled = true,
                        Path = probe.Path,
                        Interval = probe.Interval,
                        Timeout = probe.Timeout,
                        Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                    }
                    : null,
                Passive = passive
                    ? new PassiveHealthCheckConfig { Enabled = true, Policy = PauseAfterFailedConnection.PolicyName, ReactivationPeriod = entry.Pause }
                    : null,
            },
            Metadata = entry.Health is { Failures: var failures }
                ? new Dictionary<string, string>
                {
                    [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = Math.Max(1, failures).ToString(CultureInfo.InvariantCulture),
                }
                : null,
        };
    }

    static DestinationConfig Destination(string host, string address, HostEntry entry)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new SettingException($"Destination \"{address}\" of host \"{host}\" is not an address: write it like \"http://127.0.0.1:3000\".");
        }

        // It would not be sent, but shown on the status page and in the log.
        if (uri.UserInfo.Length > 0)
        {
            throw new SettingException($"A destination of host \"{host}\" holds a user or password: write it like \"http://127.0.0.1:3000\".");
        }

        return new DestinationConfig
        {
            Address = address,
            Health = entry.Health?.Port is { } port ? new UriBuilder(uri) { Port = port, Path = "/" }.Uri.ToString() : null,
            Metadata = entry.AllAddresses ? AddressResolver.Wanted : null,
        };
    }
}

/// <summary>A setting cannot be used; <see cref="Exception.Message"/> is one sentence for the operator.</summary>
public sealed class SettingException(string message) : Exception(message);
