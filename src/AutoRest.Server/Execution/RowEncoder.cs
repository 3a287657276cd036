using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using AutoRest.Server.Planning;
using AutoRest.Server.Queries;
using Npgsql;

namespace AutoRest.Server.Execution;

/// <summary>Writes rows of typed columns as JSON, NDJSON or CSV: the bytes <c>json_agg</c> would have made, at half the database's cost.</summary>
sealed class RowEncoder
{
    readonly BodyFormat _format;
    readonly ImmutableArray<RowColumn> _columns;

    /// <summary>Null where no column is an embed.</summary>
    readonly EmbedEncoder?[]? _embeds;

    readonly byte[][] _keys;
    readonly int _first;

    public RowEncoder(ResultShape.Rows rows)
    {
        _format = rows.Format;
        _first = rows.HasTotal ? 2 : 0;
        _columns = rows.Shape.Columns;
        _keys = _format == BodyFormat.Csv ? [] : rows.Shape.Keys(KeysOf);
        if (_columns.Any(static c => !c.Members.IsDefault))
        {
            _embeds = [.. _columns.Select(static c => c.Members.IsDefault ? null : new EmbedEncoder(c))];
        }
    }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary><c>"key":</c>, with what separates it from the member before it.</summary>
    static byte[][] KeysOf(ImmutableArray<RowColumn> columns)
    {
        var keys = new byte[columns.Length][];
        using var buffer = new PooledBuffer();
        for (var i = 0; i < keys.Length; i++)
        {
            buffer.Clear();
            buffer.Write(i == 0 ? (byte)'{' : (byte)',');
            JsonText.WriteString(buffer, Encoding.UTF8.GetBytes(columns[i].Key));
            buffer.Write((byte)':');
            keys[i] = buffer.WrittenSpan.ToArray();
        }

        return keys;
    }

    /// <summary>Whether a column of this type (an OID of <c>pg_type</c>, domains as their base) can be written so.</summary>
    public static bool Reads(ColumnEncoding encoding, uint type) => encoding switch
    {
        ColumnEncoding.Bool => type == 16,
        ColumnEncoding.SmallInt => type == 21,
        ColumnEncoding.Integer => type == 23,
        ColumnEncoding.BigInt => type == 20,
        ColumnEncoding.Numeric => type == 1700,

        // name, text, bpchar, varchar
        ColumnEncoding.Text or ColumnEncoding.CsvText => type is 19 or 25 or 1042 or 1043,
        ColumnEncoding.Uuid => type == 2950,
        ColumnEncoding.Date => type == 1082,
        ColumnEncoding.Timestamp => type == 1114,
        ColumnEncoding.TimestampUtc => type == 1184,
        ColumnEncoding.Json => type == 114,
        ColumnEncoding.Jsonb => type == 3802,
        _ => throw new UnreachableException(),
    };

    /// <summary>What comes before the first row.</summary>
    public void Begin(PooledBuffer output)
    {
        if (_format == BodyFormat.Json)
        {
            output.Write((byte)'[');
        }
    }

    /// <summary>The row the reader stands on.</summary>
    public void Encode(NpgsqlDataReader reader, PooledBuffer output)
    {
        if (_format == BodyFormat.Csv)
        {
            EncodeCsv(reader, output);
            Rows++;
            return;
        }

        if (Rows > 0 && _format == BodyFormat.Json)
        {
            // The separator of json_agg over rows.
            output.Write(", \n "u8);
        }

        var ordinal = _first;
        for (var i = 0; i < _columns.Length; i++)
        {
            output.Write(_keys[i]);
            if (_embeds?[i] is { } embed)
            {
                embed.Encode(reader, ordinal, output);
                ordinal += embed.Columns;
                continue;
            }

            if (reader.IsDBNull(ordinal))
            {
                output.Write("null"u8);
            }
            else
            {
                WriteJson(output, _columns[i].Encoding, reader.GetFieldValue<RawValue>(ordinal).Bytes.Span);
            }

            ordinal++;
        }

        output.Write(_columns.Length == 0 ? "{}"u8 : "}"u8);
        if (_format == BodyFormat.NdJson)
        {
            output.Write((byte)'\n');
        }

        Rows++;
    }

    /// <summary>What comes after the last row.</summary>
    public void End(PooledBuffer output)
    {
        switch (_format)
        {
            case BodyFormat.Json:
                output.Write((byte)']');
                break;
            case BodyFormat.SingularJson when Rows == 0:
                output.Write("null"u8);
                break;
            case BodyFormat.Csv when Rows == 0:
                output.Write((byte)'\n');
                break;
            default:
                break;
        }
    }

    internal static void WriteJson(PooledBuffer output, ColumnEncoding encoding, ReadOnlySpan<byte> value)
    {
        switch (encoding)
        {
            case ColumnEncoding.Bool:
                output.Write(value[0] != 0 ? "true"u8 : "false"u8);
                break;
            case ColumnEncoding.SmallInt:
                JsonText.WriteInteger(output, BinaryPrimitives.ReadInt16BigEndian(value));
                break;
            case ColumnEncoding.Integer:
                JsonText.WriteInteger(output, BinaryPrimitives.ReadInt32BigEndian(value));
                break;
            case ColumnEncoding.BigInt:
                JsonText.WriteInteger(output, BinaryPrimitives.ReadInt64BigEndian(value));
                break;
            case ColumnEncoding.Numeric:
                JsonText.WriteNumeric(output, value);
                break;
            case ColumnEncoding.Text:
                JsonText.WriteString(output, value);
                break;
            case ColumnEncoding.Uuid:
                JsonText.WriteUuid(output, value);
                break;
            case ColumnEncoding.Date:
                JsonText.WriteDate(output, BinaryPrimitives.ReadInt32BigEndian(value));
                break;
            case ColumnEncoding.Timestamp:
                JsonText.WriteTimestamp(output, BinaryPrimitives.ReadInt64BigEndian(value), utc: false);
                break;
            case ColumnEncoding.TimestampUtc:
                JsonText.WriteTimestamp(output, BinaryPrimitives.ReadInt64BigEndian(value), utc: true);
                break;
            case ColumnEncoding.Json:
                output.Write(value);
                break;
            case ColumnEncoding.Jsonb:
                output.Write(value[1..]);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>A row as PostgreSQL's composite text without its parentheses; the header precedes the first. contract/representations.md §3.4.</summary>
    void EncodeCsv(NpgsqlDataReader reader, PooledBuffer output)
    {
        if (Rows == 0)
        {
            for (var i = 0; i < _columns.Length; i++)
            {
                if (i > 0)
                {
                    output.Write((byte)',');
                }

                output.Write(Encoding.UTF8.GetBytes(_columns[i].Key));
            }
        }

        output.Write((byte)'\n');
        for (var i = 0; i < _columns.Length; i++)
        {
            if (i > 0)
            {
                output.Write((byte)',');
            }

            if (reader.IsDBNull(_first + i))
            {
                continue;
            }

            var value = reader.GetFieldValue<RawValue>(_first + i).Bytes.Span;
            if (_columns[i].Encoding == ColumnEncoding.Bool)
            {
                output.Write(value[0] != 0 ? (byte)'t' : (byte)'f');
            }
            else
            {
                WriteCsvField(output, value);
            }
        }
    }

    static void WriteCsvField(PooledBuffer output, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && value.IndexOfAny(CsvQuoted) < 0)
        {
            output.Write(value);
            return;
        }

        output.Write((byte)'"');
        foreach (var c in value)
        {
            if (c is (byte)'"' or (byte)'\\')
            {
                output.Write(c);
            }

            output.Write(c);
        }

        output.Write((byte)'"');
    }

    // What makes record_out quote a field.
    static readonly System.Buffers.SearchValues<byte> CsvQuoted = System.Buffers.SearchValues.Create("\"\\(),\t\n\v\f\r "u8);
}
