using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>Turns CSV into a JSON array of objects with string values. contract/writes.md §1.2.</summary>
static class CsvBody
{
    /// <summary>Bytes of the body a message shows.</summary>
    const int ExcerptLength = 40;

    /// <exception cref="ApiException"><see cref="InvalidBody"/> (PGRST102).</exception>
    public static (ReadOnlyMemory<byte> Json, ImmutableArray<string> Keys) ToJson(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new ApiException(InvalidBody.Csv("not UTF-8", ""));
        }

        var reader = new CsvReader(body);
        var header = new List<string>();
        if (!reader.ReadRow(header, out var headerEnded) || !headerEnded)
        {
            throw new ApiException(InvalidBody.Csv("expected a header line and its line break", ""));
        }

        var distinctUpTo = DistinctUpTo(header);
        var output = new ArrayBufferWriter<byte>(Math.Max(256, body.Length * 2));
        var row = new List<string>();
        var fields = -1;
        using (var json = new Utf8JsonWriter(output, JsonBody.WriterOptions))
        {
            json.WriteStartArray();
            while (reader.ReadRow(row, out _))
            {
                if (row is [""])
                {
                    continue; // A blank line.
                }

                var length = Math.Min(row.Count, header.Count);
                if (fields >= 0 && distinctUpTo[length] != distinctUpTo[fields])
                {
                    throw new ApiException(InvalidBody.LinesDiffer);
                }

                fields = length;
                WriteObject(json, header, row, length);
            }

            json.WriteEndArray();
        }

        return (output.WrittenMemory, fields < 0 ? [] : CodePoints.SortedSet(header.Take(fields)));
    }

    /// <summary>How many different names the first n fields of the header have: rows with equal numbers have equal keys.</summary>
    static int[] DistinctUpTo(List<string> header)
    {
        var counts = new int[header.Count + 1];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < header.Count; i++)
        {
            names.Add(header[i]);
            counts[i + 1] = names.Count;
        }

        return counts;
    }

    /// <summary>Of several fields with one name the last counts; PostgreSQL takes the last of duplicate keys too.</summary>
    static void WriteObject(Utf8JsonWriter json, List<string> header, List<string> row, int length)
    {
        json.WriteStartObject();
        for (var i = 0; i < length; i++)
        {
            if (row[i] == "NULL")
            {
                json.WriteNull(header[i]);
            }
            else
            {
                json.WriteString(header[i], row[i]);
            }
        }

        json.WriteEndObject();
    }

    ref struct CsvReader(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> _rest = body;

        /// <summary>Reads one row; false at the end of the body.</summary>
        public bool ReadRow(List<string> fields, out bool ended)
        {
            ended = false;
            fields.Clear();
            if (_rest.IsEmpty)
            {
                return false;
            }

            while (true)
            {
                fields.Add(_rest.StartsWith((byte)'"') ? Quoted() : Bare());
                if (_rest.StartsWith((byte)','))
                {
                    _rest = _rest[1..];
                    continue;
                }

                ended = !_rest.IsEmpty;
                _rest = _rest[(_rest.StartsWith("\r\n"u8) ? 2 : Math.Min(1, _rest.Length))..];
                return true;
            }
        }

        string Bare()
        {
            var length = _rest.IndexOfAny(",\r\n\""u8);
            length = length < 0 ? _rest.Length : length;
            if (length < _rest.Length && _rest[length] == (byte)'"')
            {
                throw Error("unexpected quote in an unquoted field", _rest[length..]);
            }

            var text = Encoding.UTF8.GetString(_rest[..length]);
            _rest = _rest[length..];
            return text;
        }

        string Quoted()
        {
            var start = _rest;
            _rest = _rest[1..];
            StringBuilder? text = null;
            while (true)
            {
                var quote = _rest.IndexOf((byte)'"');
                if (quote < 0)
                {
                    throw Error("unclosed quote", start);
                }

                var part = Encoding.UTF8.GetString(_rest[..quote]);
                _rest = _rest[(quote + 1)..];
                if (_rest.StartsWith((byte)'"'))
                {
                    (text ??= new StringBuilder()).Append(part).Append('"');
                    _rest = _rest[1..];
                    continue;
                }

                if (!_rest.IsEmpty && _rest[0] is not ((byte)',' or (byte)'\r' or (byte)'\n'))
                {
                    throw Error("expected a comma or the end of the line after a closing quote", _rest);
                }

                return text is null ? part : text.Append(part).ToString();
            }
        }

        static ApiException Error(string reason, ReadOnlySpan<byte> rest)
        {
            var text = Encoding.UTF8.GetString(rest[..Math.Min(rest.Length, ExcerptLength)]).TrimEnd('\uFFFD');
            return new ApiException(InvalidBody.Csv(reason, text));
        }
    }
}
