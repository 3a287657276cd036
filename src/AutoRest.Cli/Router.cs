using System.Net;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli;

/// <summary>The hostname proxy's process.</summary>
static class Router
{
    public const string ApiHost = "api.localhost";

    public static Component Component(Project project, Ports ports) => new()
    {
        Name = "proxy",
        Title = "AutoRest proxy",
        Address = $"http://{ApiHost}:{ports.Proxy}",
        Command =
        [
            .. project.Program("autorest-proxy", "proxy", "AUTOREST_PROXY"),
            // Arguments win over its appsettings.json, where the ports are the default ones.
            $"--Urls=http://localhost:{ports.Proxy}",
            $"--Hosts:{ApiHost}:Destinations:0=http://127.0.0.1:{ports.Server}",
            $"--Hosts:{ApiHost}:Health:Port={ports.Admin}",
        ],
        Probe = cancel => Probe(ports, cancel),
    };

    static async Task<string?> Probe(Ports ports, CancellationToken cancel) =>
        await Http.Status(new Uri($"http://127.0.0.1:{ports.Proxy}/"), $"{ApiHost}:{ports.Proxy}", cancel) switch
        {
            null => "not listening yet",
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => "no healthy server behind it yet",
            _ => null,
        };
}
