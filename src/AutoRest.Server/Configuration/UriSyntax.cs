using System.Buffers;

namespace AutoRest.Server.Configuration;

/// <summary>Checks by the letters of RFC 3986. <see cref="Uri"/> repairs and accepts too much (blanks, backslashes, missing slashes).</summary>
static class UriSyntax
{
    const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    const string SubDelims = "!$&'()*+,;=";

    static readonly SearchValues<char> AnyPart = SearchValues.Create(Unreserved + SubDelims + ":/?#[]@%");
    static readonly SearchValues<char> Host = SearchValues.Create(Unreserved + SubDelims + "%");
    static readonly SearchValues<char> Path = SearchValues.Create(Unreserved + SubDelims + ":@/%");

    /// <summary><c>scheme ":" …</c> of allowed characters with whole percent escapes and at most one fragment.</summary>
    public static bool IsAbsoluteUri(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon <= 0 || !char.IsAsciiLetter(text[0]))
        {
            return false;
        }

        foreach (var c in text[1..colon])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
            {
                return false;
            }
        }

        return !text.ContainsAnyExcept(AnyPart) && EscapesAreWhole(text) && text.Count('#') <= 1;
    }

    /// <summary>An absolute http(s) URI with a host, and without user information, query and fragment.</summary>
    public static bool IsProxyUri(ReadOnlySpan<char> text)
    {
        var scheme = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8
            : text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7
            : 0;
        if (scheme == 0)
        {
            return false;
        }

        var rest = text[scheme..];
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? default : rest[slash..];
        return IsAuthority(authority) && !path.ContainsAnyExcept(Path) && EscapesAreWhole(text);
    }

    /// <summary>
    /// Where keys may be fetched: <c>https</c>, or <c>http</c> on this machine. Whoever can change a key set on its way decides who may log in, so there
    /// is no switch that allows plain text over a network.
    /// </summary>
    public static bool IsKeyAddress(Uri address) =>
        address.IsAbsoluteUri && address.UserInfo.Length == 0 && address.Fragment.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    static bool IsAuthority(ReadOnlySpan<char> authority)
    {
        ReadOnlySpan<char> port;
        if (authority.StartsWith("["))
        {
            var end = authority.IndexOf(']');
            if (end < 0 || !System.Net.IPAddress.TryParse(authority[1..end], out _))
            {
                return false;
            }

            port = authority[(end + 1)..];
        }
        else
        {
            var colon = authority.IndexOf(':');
            var host = colon < 0 ? authority : authority[..colon];
            if (host.IsEmpty || host.ContainsAnyExcept(Host))
            {
                return false;
            }

            port = colon < 0 ? default : authority[colon..];
        }

        return port.IsEmpty || (port[0] == ':' && port.Length > 1 && !port[1..].ContainsAnyExceptInRange('0', '9')
            && int.TryParse(port[1..], out var number) && number is >= 1 and <= 65535);
    }

    static bool EscapesAreWhole(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])))
            {
                return false;
            }
        }

        return true;
    }
}
