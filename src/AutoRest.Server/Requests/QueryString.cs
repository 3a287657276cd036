using System.Collections.Immutable;
using System.Text;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>A decoded piece of a query string; <paramref name="Value"/> is null without <c>=</c>.</summary>
readonly record struct QueryPair(string Key, string? Value);

/// <summary>Splitting and decoding of query strings, and their canonical form. contract/requests.md §3.1, §11.1.</summary>
static class QueryString
{
    /// <summary>Pairs in the order typed. A trailing separator adds none, an empty piece elsewhere is a pair with an empty key.</summary>
    /// <exception cref="ApiException"><see cref="QueryEncodingError"/> (PGRST100) for bytes that are not UTF-8.</exception>
    public static ImmutableArray<QueryPair> Split(ReadOnlySpan<char> raw)
    {
        if (raw.StartsWith('?'))
        {
            raw = raw[1..];
        }

        if (raw.IsEmpty)
        {
            return [];
        }

        var pairs = ImmutableArray.CreateBuilder<QueryPair>(raw.Count('&') + raw.Count(';') + 1);
        while (!raw.IsEmpty)
        {
            var end = raw.IndexOfAny('&', ';');
            var piece = end < 0 ? raw : raw[..end];
            raw = end < 0 ? [] : raw[(end + 1)..];
            var equals = piece.IndexOf('=');
            pairs.Add(equals < 0
                ? new QueryPair(Key(piece), null)
                : new QueryPair(Key(piece[..equals]), Decode(piece[(equals + 1)..])));
        }

        return pairs.DrainToImmutable();
    }

    // The same few keys come with every request: no string for them.
    static string Key(ReadOnlySpan<char> raw) => raw switch
    {
        "select" => "select",
        "order" => "order",
        "limit" => "limit",
        "offset" => "offset",
        "id" => "id",
        "or" => "or",
        "and" => "and",
        "columns" => "columns",
        "on_conflict" => "on_conflict",
        _ => Decode(raw),
    };

    static string Decode(ReadOnlySpan<char> raw) =>
        UrlText.DecodeQuery(raw) ?? throw new ApiException(new QueryEncodingError(raw.ToString()));

    /// <summary>Sorted by key, re-encoded, equal keys merged with <c>,</c>. Without <c>?</c>.</summary>
    public static string Canonicalize(ImmutableArray<QueryPair> pairs)
    {
        if (pairs.IsEmpty)
        {
            return "";
        }

        var sorted = pairs;
        for (var i = 1; i < pairs.Length; i++)
        {
            if (CodePoints.Compare(pairs[i - 1].Key, pairs[i].Key) > 0)
            {
                sorted = [.. pairs.OrderBy(static p => p.Key, CodePoints.Order)];
                break;
            }
        }

        var text = new ValueText(stackalloc char[256]);
        string? key = null;
        foreach (var pair in sorted)
        {
            if (pair.Key == key)
            {
                text.Append(',');
            }
            else
            {
                if (key is not null)
                {
                    text.Append('&');
                }

                text.AppendEncoded(pair.Key);
                text.Append('=');
                key = pair.Key;
            }

            text.AppendEncoded(pair.Value ?? "");
        }

        return text.ToString();
    }

    /// <summary>A text under construction, on the stack while it is short.</summary>
    ref struct ValueText(Span<char> initial)
    {
        Span<char> _characters = initial;
        int _length;

        public void Append(char c)
        {
            if (_length == _characters.Length)
            {
                var larger = new char[_characters.Length * 2];
                _characters.CopyTo(larger);
                _characters = larger;
            }

            _characters[_length++] = c;
        }

        public void AppendEncoded(ReadOnlySpan<char> text)
        {
            const string Hex = "0123456789ABCDEF";
            Span<byte> bytes = stackalloc byte[4];
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~')
                {
                    Append(c);
                    continue;
                }

                Rune.DecodeFromUtf16(text[i..], out var rune, out var characters);
                i += characters - 1;
                foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
                {
                    Append('%');
                    Append(Hex[b >> 4]);
                    Append(Hex[b & 15]);
                }
            }
        }

        public override readonly string ToString() => _characters[.._length].ToString();
    }
}
