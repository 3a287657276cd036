using System.Text.Encodings.Web;
using System.Text.Json;

namespace AutoRest.Proxy;

/// <summary>The proxy's own answers, in the same four members as the server's errors so that clients parse one shape.</summary>
public sealed record ProxyError(int Status, string Code, string Message, string Details, string Hint)
{
    /// <summary>No row of the host table has this host.</summary>
    public static ProxyError UnknownHost(string host) => new(
        404, "PROXY404", $"No service is configured for the host \"{Shown(host)}\"", "The host name of the request decides which service answers.",
        "Use a host name of the host table, for example api.localhost, or add this one to Hosts in the proxy's appsettings.json.");

    /// <summary>The chosen server could not be reached or broke the connection.</summary>
    public static ProxyError BadGateway(string host) => new(
        502, "PROXY502", $"The service behind \"{Shown(host)}\" did not answer", "The connection to it failed.",
        "Try again; if it stays so, look at the log of the server.");

    /// <summary>Every server of the host failed its last health check.</summary>
    public static ProxyError Unavailable(string host) => new(
        503, "PROXY503", $"No healthy server for \"{Shown(host)}\"", "Every server of this host failed its last health check.",
        "Try again in a few seconds; if it stays so, look at the log of the server.");

    /// <summary>The chosen server took too long.</summary>
    public static ProxyError GatewayTimeout(string host) => new(
        504, "PROXY504", $"The service behind \"{Shown(host)}\" took too long", "No answer came within the proxy's time limit.",
        "Ask for less, or look at the log of the server.");

    /// <summary>The host's row has no such tenant.</summary>
    public static ProxyError UnknownTenant(string host) => new(
        404, "PROXY404", $"No tenant is configured for the host \"{Shown(host)}\"", "The first label of the host name decides which tenant is meant.",
        "Check the name, or add the tenant to the host's row in the proxy's appsettings.json.");

    /// <summary>A schema of a tenant was asked for by name, at a host that is not the tenant's.</summary>
    public static ProxyError SchemaOfTenant(string host) => new(
        406, "PROXY406", $"The schema asked for is not served at the host \"{Shown(host)}\"", "It belongs to a tenant, and a tenant is chosen by host name.",
        "Use the tenant's host name, without Accept-Profile and Content-Profile.");

    /// <summary>The body is larger than <c>Limits:BodyBytes</c>.</summary>
    public static ProxyError TooLarge(long most) => new(
        413, "PROXY413", "The request body is too large", $"At most {most} bytes are taken.", "Send the rows in several requests.");

    /// <summary>A client is faster than <c>Limits:RequestsPerSecond</c>.</summary>
    public static ProxyError TooMany(int perSecond) => new(
        429, "PROXY429", "Too many requests", $"A client may send {perSecond} requests per second.", "Wait a second, then go on more slowly.");

    /// <summary>As many requests as <c>Limits:ConcurrentRequests</c> are under way, and no more may wait.</summary>
    public static ProxyError Busy() => new(
        503, "PROXY503", "Too many requests are under way", "The proxy takes a limited number at a time.", "Try again in a few seconds.");

    /// <summary>The status page was asked for without its token.</summary>
    public static ProxyError Unauthorized() => new(
        401, "PROXY401", "The status page needs its token", "It is in the file that Status:TokenFile names.",
        "Send it as \"Authorization: Bearer …\", or as the password of any user.");

    /// <summary>The status page's host has the page and its JSON, and no more.</summary>
    public static ProxyError NoStatusThere() => new(
        404, "PROXY404", "There is no such page", "This host has / and /status.json, for GET and HEAD.", "Ask for /.");

    /// <summary>Sends it. Nothing of the response may have been sent.</summary>
    public async Task Write(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (Status is 503 or 429)
        {
            response.Headers.RetryAfter = Status == 503 ? "2" : "1";
        }

        var body = Body();
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    byte[] Body()
    {
        using var buffer = new MemoryStream();
        // Relaxed: names stay readable in a terminal, and the content type keeps a browser from taking the text for HTML.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("code", Code);
            json.WriteString("message", Message);
            json.WriteString("details", Details);
            json.WriteString("hint", Hint);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    // The host is the client's text: as long as it likes to make it.
    static string Shown(string host) => host.Length <= 100 ? host : host[..100] + "…";
}
