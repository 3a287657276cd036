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
