using System.Buffers;
using System.Text;

namespace AutoRest.Server.Requests;

/// <summary>Percent-decoding of paths, query strings and forms.</summary>
static class UrlText
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A path segment: <c>%HH</c> only, malformed UTF-8 becomes U+FFFD. contract/requests.md §2.</summary>
    public static string DecodeSegment(ReadOnlySpan<char> raw)
    {
        if (IsPlain(raw, plusIsBlank: false))
        {
            return raw.ToString();
        }

        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(raw.Length));
        var text = Encoding.UTF8.GetString(bytes, 0, ToBytes(raw, bytes, plusIsBlank: false));
        ArrayPool<byte>.Shared.Return(bytes);
        return text;
    }

    /// <summary>A key or value of a query string or form: <c>+</c> is a blank. contract/requests.md §3.1.</summary>
    /// <returns>Null when the bytes are not UTF-8.</returns>
    public static string? DecodeQuery(ReadOnlySpan<char> raw)
    {
        if (IsPlain(raw, plusIsBlank: true))
        {
            return raw.ToString();
        }

        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(raw.Length));
        try
        {
            return Strict.GetString(bytes, 0, ToBytes(raw, bytes, plusIsBlank: true));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    static bool IsPlain(ReadOnlySpan<char> raw, bool plusIsBlank) =>
        !raw.ContainsAnyExceptInRange('\0', '\x7f') && !(plusIsBlank ? raw.ContainsAny('%', '+') : raw.Contains('%'));

    static int ToBytes(ReadOnlySpan<char> raw, Span<byte> bytes, bool plusIsBlank)
    {
        // Characters above 0xFF cannot be bytes of the request line, so the text was decoded before it came here.
        var latin1 = !raw.ContainsAnyExceptInRange('\0', '\xff') && IsUtf8InLatin1(raw);
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
            {
                bytes[length++] = (byte)((HexDigit(raw[i + 1]) << 4) | HexDigit(raw[i + 2]));
                i += 2;
            }
            else if (c == '+' && plusIsBlank)
            {
                bytes[length++] = (byte)' ';
            }
            else if (c < 0x80 || latin1)
            {
                bytes[length++] = (byte)c;
            }
            else
            {
                var end = i;
                while (end < raw.Length && raw[end] >= 0x80)
                {
                    end++;
                }

                length += Encoding.UTF8.GetBytes(raw[i..end], bytes[length..]);
                i = end - 1;
            }
        }

        return length;
    }

    static int HexDigit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

    static bool IsUtf8InLatin1(ReadOnlySpan<char> raw)
    {
        if (!raw.ContainsAnyExceptInRange('\0', '\x7f'))
        {
            return true;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(raw.Length);
        var length = Encoding.Latin1.GetBytes(raw, bytes);
        var valid = System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
        return valid;
    }
}
