using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;

namespace AutoRest.Server.Responses;

/// <summary>Cross-origin rules. Active when a request has <c>Origin</c>. contract/requests.md §12.</summary>
static class Cors
{
    const string Methods = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD";

    const string Exposed =
        "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit";

    /// <summary>The header of a write that a client has to read to see it on a standby.</summary>
    const string ExposedWithPosition = Exposed + ", " + Responder.PositionHeader;

    static readonly string[] AlwaysAllowed = ["Accept", "Accept-Language", "Content-Language"];

    /// <summary>Adds the headers; true when the request was a preflight and is answered with them alone.</summary>
    /// <param name="tellsPosition">Writes are answered with <see cref="Responder.PositionHeader"/>.</param>
    public static bool Apply(HttpRequest request, IHeaderDictionary response, ImmutableArray<string> allowedOrigins, bool tellsPosition = false)
    {
        if (request.Headers.Origin is not [{ } origin, ..])
        {
            return false;
        }

        var isOptions = request.Method == "OPTIONS";
        var isPreflight = isOptions && request.Headers.AccessControlRequestMethod is [{ } method, ..]
            && method is "GET" or "POST" or "PATCH" or "PUT" or "DELETE" or "OPTIONS" or "HEAD";
        if (isOptions && !isPreflight)
        {
            // A malformed preflight is an ordinary OPTIONS, which says itself that any origin may read it.
            return false;
        }

        if (!allowedOrigins.IsEmpty)
        {
            // Caches must not give one origin's answer to another.
            response.Vary = StringValues.Concat(response.Vary, "Origin");
            if (!allowedOrigins.Contains(origin, StringComparer.Ordinal))
            {
                return false;
            }

            response.AccessControlAllowOrigin = origin;
            response.AccessControlAllowCredentials = "true";
        }
        else
        {
            response.AccessControlAllowOrigin = "*";
        }

        if (isPreflight)
        {
            response.AccessControlAllowMethods = Methods;
            response.AccessControlMaxAge = "86400";
            if (request.Headers.AccessControlRequestHeaders is [{ } asked, ..])
            {
                var names = asked.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                response.AccessControlAllowHeaders = string.Join(
                    ", ",
                    // What was asked for is repeated as it was written, and not said again.
                    names.Prepend("Authorization").Concat(AlwaysAllowed.Except(names, StringComparer.OrdinalIgnoreCase)));
            }

            return true;
        }

        response.AccessControlExposeHeaders = tellsPosition ? ExposedWithPosition : Exposed;
        return false;
    }
}
