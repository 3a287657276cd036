using System.Buffers.Binary;
using System.Text;
using AutoRest.Server.Queries;
using Npgsql;

namespace AutoRest.Server.Execution;

/// <summary>Writes an embed that arrives in typed columns: the bytes jsonb would have printed.</summary>
sealed class EmbedEncoder
{
    /// <summary>Dimensions, null flag, element type; then length and lower bound of the one dimension.</summary>
    const int ArrayHeader = 20;

    readonly bool _isArray;
    readonly ColumnEncoding[] _encodings;

    /// <summary><c>"key": </c>, with what separates it from the member before it.</summary>
    readonly byte[][] _keys;

    readonly ReadOnlyMemory<byte>[] _arrays;
    readonly int[] _positions;

    public EmbedEncoder(RowColumn column)
    {
        _isArray = column.Encoding == ColumnEncoding.ArrayOfObjects;
        _encodings = [.. column.Members.Select(static m => m.Encoding)];
        _arrays = _isArray ? new ReadOnlyMemory<byte>[_encodings.Length] : [];
        _positions = new int[_arrays.Length];
        _keys = new byte[_encodings.Length][];
        using var buffer = new PooledBuffer();
        for (var i = 0; i < _keys.Length; i++)
        {
            buffer.Clear();
            buffer.Write(i == 0 ? "{"u8 : ", "u8);
            JsonText.WriteString(buffer, Encoding.UTF8.GetBytes(column.Members[i].Key));
            buffer.Write(": "u8);
            _keys[i] = buffer.WrittenSpan.ToArray();
        }
    }

    /// <summary>The element type of a built-in array type this server reads, by OID; 0 for any other.</summary>
    public static uint ElementTypeOf(uint arrayType) => arrayType switch
    {
        1000 => 16,
        1005 => 21,
        1007 => 23,
        1016 => 20,
        1231 => 1700,
        1003 => 19,
        1009 => 25,
        1014 => 1042,
        1015 => 1043,
        2951 => 2950,
        1182 => 1082,
        1115 => 1114,
        1185 => 1184,
        199 => 114,
        3807 => 3802,
        _ => 0,
    };

    /// <summary>Columns of the result it takes.</summary>
    public int Columns => _isArray ? _encodings.Length : _encodings.Length + 1;

    public void Encode(NpgsqlDataReader reader, int ordinal, PooledBuffer output)
    {
        if (_isArray)
        {
            EncodeArray(reader, ordinal, output);
        }
        else if (reader.IsDBNull(ordinal))
        {
            output.Write("null"u8);
        }
        else
        {
            EncodeObject(reader, ordinal + 1, output);
        }
    }

    void EncodeObject(NpgsqlDataReader reader, int ordinal, PooledBuffer output)
    {
        for (var i = 0; i < _encodings.Length; i++)
        {
            output.Write(_keys[i]);
            if (reader.IsDBNull(ordinal + i))
            {
                output.Write("null"u8);
            }
            else
            {
                RowEncoder.WriteJson(output, _encodings[i], reader.GetFieldValue<RawValue>(ordinal + i).Bytes.Span);
            }
        }

        output.Write((byte)'}');
    }

    void EncodeArray(NpgsqlDataReader reader, int ordinal, PooledBuffer output)
    {
        if (reader.IsDBNull(ordinal))
        {
            output.Write("[]"u8);
            return;
        }

        // The whole row is in the driver's buffer, so the memory of all its columns is good until the next row.
        for (var i = 0; i < _arrays.Length; i++)
        {
            _arrays[i] = reader.GetFieldValue<RawValue>(ordinal + i).Bytes;
            _positions[i] = ArrayHeader;
        }

        var rows = BinaryPrimitives.ReadInt32BigEndian(_arrays[0].Span[12..]);
        for (var row = 0; row < rows; row++)
        {
            output.Write(row == 0 ? "["u8 : ", "u8);
            for (var i = 0; i < _arrays.Length; i++)
            {
                output.Write(_keys[i]);
                var rest = _arrays[i].Span[_positions[i]..];
                var length = BinaryPrimitives.ReadInt32BigEndian(rest);
                if (length < 0)
                {
                    output.Write("null"u8);
                    _positions[i] += 4;
                }
                else
                {
                    RowEncoder.WriteJson(output, _encodings[i], rest.Slice(4, length));
                    _positions[i] += 4 + length;
                }
            }

            output.Write((byte)'}');
        }

        output.Write((byte)']');
    }
}
