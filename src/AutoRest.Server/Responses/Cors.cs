using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;

namespace AutoRest.Server.Responses;

/// <summary>Cross-origin rules. Active when a request has <c>Origin</c>. contract/requests.md §12.</summary>
static class Cors
{
    const string Methods = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD";

    const string Exposed =
        "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit";

    static readonly string[] AlwaysAllowed = ["Accept", "Accept-Language", "Content-Language"];

    /// <summary>Adds the headers; true when the request was a preflight and is answered with them alone.</summary>
    public static bool Apply(HttpRequest request, IHeaderDictionary response, ImmutableArray<string> allowedOrigins)
    {
        if (request.Headers.Origin is not [{ } origin, ..])
        {
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

        if (request.Method == "OPTIONS" && request.Headers.AccessControlRequestMethod is [{ } method, ..]
            && method is "GET" or "POST" or "PATCH" or "PUT" or "DELETE" or "OPTIONS" or "HEAD")
        {
            response.AccessControlAllowMethods = Methods;
            response.AccessControlMaxAge = "86400";
            if (request.Headers.AccessControlRequestHeaders is [{ } asked, ..])
            {
                var names = asked.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                response.AccessControlAllowHeaders = string.Join(
                    ", ",
                    names.Prepend("Authorization").Concat(AlwaysAllowed).Distinct(StringComparer.OrdinalIgnoreCase));
            }

            return true;
        }

        response.AccessControlExposeHeaders = Exposed;
        return false;
    }
}
