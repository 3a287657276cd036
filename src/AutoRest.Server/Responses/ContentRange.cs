using System.Globalization;
using System.Numerics;

namespace AutoRest.Server.Responses;

/// <summary><c>Content-Range</c> and the status it decides. contract/requests.md §9.3 and §10.</summary>
static class ContentRange
{
    /// <summary><c>lower-upper/total</c>; <c>*</c> for an empty page or an unknown total.</summary>
    public static string Format(BigInteger offset, long rows, long? total)
    {
        var range = rows == 0 || total == 0
            ? "*"
            : string.Create(CultureInfo.InvariantCulture, $"{offset}-{offset + rows - 1}");
        return total is { } known ? string.Create(CultureInfo.InvariantCulture, $"{range}/{known}") : range + "/*";
    }

    /// <summary>200 for everything there is, 206 for a part, 416 beyond the end.</summary>
    public static int StatusOf(BigInteger offset, long rows, long? total) =>
        total is not { } known ? 200 : offset > known ? 416 : rows < known ? 206 : 200;
}
