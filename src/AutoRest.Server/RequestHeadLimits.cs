using AutoRest.Server.Errors;

namespace AutoRest.Server;

/// <summary>How large the head of a request may be.</summary>
static class RequestHeadLimits
{
    /// <summary>Longest request target, in characters: long lists in filters are ordinary, unbounded ones are an attack.</summary>
    public const int MaxTarget = 2 * 1024 * 1024;

    /// <summary>Most bytes of all headers together. contract/operations.md §9.5.</summary>
    public const int MaxHeaders = 50 * 1024;

    /// <exception cref="ApiException">414 or 431, AR400.</exception>
    /// <remarks>RFC 9110 §15.5.15, RFC 6585 §5.</remarks>
    public static void Check(string target, IHeaderDictionary headers)
    {
        if (target.Length > MaxTarget)
        {
            throw new ApiException(new BadHttp(StatusCodes.Status414UriTooLong, "The request target is too long"));
        }

        var size = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                // With the colon, the blank and the end of the line.
                size += name.Length + (value?.Length ?? 0) + 4;
            }
        }

        if (size > MaxHeaders)
        {
            throw new ApiException(new BadHttp(StatusCodes.Status431RequestHeaderFieldsTooLarge, "The request headers are too large"));
        }
    }
}
