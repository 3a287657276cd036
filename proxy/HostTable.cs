namespace AutoRest.Proxy;

/// <summary>Host name → where its requests go. Section <c>Hosts</c> of <c>appsettings.json</c>; a name may start with <c>*.</c>.</summary>
public sealed record HostTable(IReadOnlyDictionary<string, HostEntry> Hosts)
{
    /// <summary>Reads the <c>Hosts</c> section, whatever file, environment variable or argument it comes from.</summary>
    public static HostTable Read(IConfiguration configuration) => new(
        configuration.GetSection("Hosts").Get<Dictionary<string, HostEntry>>() ?? []);
}

/// <summary>One row of the host table.</summary>
public sealed class HostEntry
{
    /// <summary>Base addresses of the servers, for example <c>http://127.0.0.1:3000</c>. At least one.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    /// <summary>How servers are probed; absent: they are always taken to be healthy.</summary>
    public HealthProbe? Health { get; init; }

    /// <summary>YARP's load-balancing policy; two random choices, the less busy one, unless said otherwise.</summary>
    public string LoadBalancing { get; init; } = "PowerOfTwoChoices";

    /// <summary>
    /// How long a server to which no connection could be made gets no requests, unless it is the only one. Zero: it is asked again at once.
    /// </summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long nothing may come from a server or a client before the request is given up (504): a slow query, an idle WebSocket.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether a name in <see cref="Destinations"/> stands for all of its addresses, each a server of its own: <c>http://server:3000</c> of a
    /// container that runs several times. Names are looked up again every ten seconds.
    /// </summary>
    public bool AllAddresses { get; init; }

    /// <summary>The tenants of a row <c>*.domain</c>; absent: every sub-domain is the same service.</summary>
    public TenantTable? Tenants { get; init; }
}

/// <summary>An active health check: a GET that must answer 2xx.</summary>
public sealed class HealthProbe
{
    /// <summary>Path to ask for. The server's admin port answers on <c>/ready</c>.</summary>
    public string Path { get; init; } = "/ready";

    /// <summary>Port to ask on when it is not the port that serves requests.</summary>
    public int? Port { get; init; }

    /// <summary>Time between two probes.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one probe may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Failed probes in a row after which a server gets no more requests.</summary>
    public int Failures { get; init; } = 1;
}

/// <summary>Which tenants a wildcard row serves, and how the server behind is told: by schema or by header, exactly one of them.</summary>
public sealed class TenantTable
{
    /// <summary>First label of the host name → schema, sent as <c>Accept-Profile</c> and <c>Content-Profile</c> (contract/requests.md §4).</summary>
    public IReadOnlyDictionary<string, string> Schemas { get; init; } = new Dictionary<string, string>();

    /// <summary>First label of the host name → value of <see cref="Header"/>.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>Name of the header that carries the tenant; policies read it from <c>request.headers</c>. Removed from every request that brings it.</summary>
    public string? Header { get; init; }
}
