using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace AutoRest.Proxy;

/// <summary>Hosts, servers and their health, as JSON for programs and as a page for people. Shows addresses, and no secrets.</summary>
/// <remarks>Without a token it answers this machine only, and everybody else as if the host were unknown.</remarks>
static class StatusPage
{
    const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color-scheme:light dark}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884}
        .Healthy{color:#2a8a3e}.Unhealthy{color:#d0342c;font-weight:600}.Unknown{color:#888}
        """;

    // Only this style, nothing else: the page shows names from the configuration.
    static readonly string Policy = $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Answers a request for the page's host.</summary>
    public static async Task Answer(HttpContext context, StatusSettings settings)
    {
        var host = context.Request.Host.Host;
        if (settings.Token is { } token)
        {
            if (!Knows(context.Request.Headers.Authorization.ToString(), token.Span))
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"AutoRest proxy\", charset=\"UTF-8\"";
                await ProxyError.Unauthorized().Write(context);
                return;
            }
        }
        else if (!ClientAddress.IsLoopback(context))
        {
            await ProxyError.UnknownHost(host).Write(context);
            return;
        }

        var asJson = context.Request.Path == "/status.json";
        if ((context.Request.Path != "/" && !asJson) || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
        {
            await ProxyError.NoStatusThere().Write(context);
            return;
        }

        asJson |= !Accepts(context.Request, "text/html");
        var rows = Rows(context.RequestServices.GetRequiredService<IProxyStateLookup>());
        var body = asJson ? Json(rows) : Encoding.UTF8.GetBytes(Html(rows));
        var response = context.Response;
        response.ContentType = asJson ? "application/json; charset=utf-8" : "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    static bool Accepts(HttpRequest request, string type) =>
        request.GetTypedHeaders().Accept.Any(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase) && range.Quality != 0);

    // Compared as hashes: the time then tells neither the token's length nor how much of it was right.
    static bool Knows(string authorization, ReadOnlySpan<byte> token) =>
        Given(authorization) is { } given && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), SHA256.HashData(token));

    static byte[]? Given(string authorization)
    {
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.UTF8.GetBytes(authorization["Bearer ".Length..].Trim());
        }

        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            var pair = Convert.FromBase64String(authorization["Basic ".Length..].Trim());
            var colon = Array.IndexOf(pair, (byte)':');
            return colon < 0 ? null : pair[(colon + 1)..];
        }
        catch (FormatException)
        {
            return null;
        }
    }

    static List<Row> Rows(IProxyStateLookup proxy) =>
    [
        .. proxy.GetClusters().OrderBy(static cluster => cluster.ClusterId, StringComparer.Ordinal).Select(static cluster => new Row(
            cluster.ClusterId,
            cluster.Model.Config.LoadBalancingPolicy ?? "",
            cluster.DestinationsState.AvailableDestinations.Count,
            [
                .. cluster.DestinationsState.AllDestinations.OrderBy(static destination => destination.DestinationId, StringComparer.Ordinal).Select(destination => new Server(
                    destination.Model.Config.Address,
                    destination.Health.Active,
                    destination.Health.Passive,
                    destination.ConcurrentRequestCount,
                    cluster.DestinationsState.AvailableDestinations.Contains(destination))),
            ])),
    ];

    static byte[] Json(List<Row> rows)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("hosts");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("host", row.Host);
                json.WriteString("loadBalancing", row.LoadBalancing);
                json.WriteNumber("available", row.Available);
                json.WriteStartArray("servers");
                foreach (var server in row.Servers)
                {
                    json.WriteStartObject();
                    json.WriteString("address", server.Address);
                    json.WriteBoolean("available", server.Available);
                    json.WriteString("probe", server.Probe.ToString());
                    json.WriteString("connections", server.Connections.ToString());
                    json.WriteNumber("requests", server.Requests);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    static string Html(List<Row> rows)
    {
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"5\"><title>AutoRest proxy</title><style>")
            .Append(Style).Append("</style></head><body><h1>AutoRest proxy</h1>");
        foreach (var row in rows)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(row.Host)}</h2><p>{row.Available} of {row.Servers.Count} available, {Text(row.LoadBalancing)}</p>")
                .Append("<table><tr><th>Server</th><th>Probe</th><th>Connections</th><th>Requests under way</th></tr>");
            foreach (var server in row.Servers)
            {
                html.Append(CultureInfo.InvariantCulture,
                    $"<tr><td>{Text(server.Address)}</td><td class=\"{server.Probe}\">{server.Probe}</td><td class=\"{server.Connections}\">{server.Connections}</td><td>{server.Requests}</td></tr>");
            }

            html.Append("</table>");
        }

        return html.Append("<p><a href=\"/status.json\">status.json</a></p></body></html>").ToString();
    }

    static string Text(string text) => HtmlEncoder.Default.Encode(text);

    sealed record Row(string Host, string LoadBalancing, int Available, IReadOnlyList<Server> Servers);

    sealed record Server(string Address, DestinationHealth Probe, DestinationHealth Connections, int Requests, bool Available);
}
