using System.Buffers;
using System.Buffers.Text;

namespace AutoRest.Server.Auth;

/// <summary>base64url as JOSE demands it: no padding, no white space, no unused bits set. RFC 7515 §2, RFC 4648 §3.5.</summary>
/// <remarks>
/// The framework's decoder accepts padding, white space and stray bits; each would give one signature many spellings, and a cache keyed by the
/// token's text many entries for one token.
/// </remarks>
static class Base64UrlText
{
    static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>The bytes, or null when the text is not in canonical form.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var tail = text.Length % 4;
        if (tail == 1 || text.ContainsAnyExcept(Alphabet))
        {
            return null;
        }

        if (tail != 0)
        {
            var unusedBits = tail == 2 ? 0b1111 : 0b11;
            if ((Value(text[^1]) & unusedBits) != 0)
            {
                return null;
            }
        }

        return Base64Url.DecodeFromChars(text);
    }

    static int Value(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
