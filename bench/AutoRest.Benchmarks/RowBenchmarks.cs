using System.Buffers.Binary;
using System.Text;
using AutoRest.Server.Execution;
using AutoRest.Server.Queries;
using BenchmarkDotNet.Attributes;

namespace AutoRest.Benchmarks;

/// <summary>
/// Values of 1,000 rows as JSON. The driver's reader is not part of it: these are the bytes it would hand over. Keys are written as in a row.
/// </summary>
public class RowBenchmarks
{
    const int Rows = 1000;

    readonly byte[][] _keys = [.. new[] { "{\"id\":", ",\"title\":", ",\"done\":", ",\"created_at\":", ",\"priority\":", ",\"details\":" }.Select(Encoding.UTF8.GetBytes)];
    readonly byte[] _title = "Write chapter 77000 of the book"u8.ToArray();
    readonly byte[] _escaped = "Write \"chapter\"\t77000 of\nthe \\ book"u8.ToArray();
    readonly byte[] _time = "\"2024-03-27T10:46:40+00:00\""u8.ToArray();
    readonly byte[] _details = "\u0001{\"tags\": [\"work\", \"tag0\"], \"effort\": 1}"u8.ToArray();
    readonly byte[] _uuid = Guid.NewGuid().ToByteArray();
    readonly byte[] _numeric = [0, 2, 0, 0, 0, 0, 0, 2, 0x03, 0xE7, 0x09, 0xC4]; // 999.25
    readonly byte[] _integer = [0, 1, 0x2C, 0xC8];
    PooledBuffer _output = null!;

    [GlobalSetup]
    public void Prepare() => _output = new PooledBuffer();

    [GlobalCleanup]
    public void Clean() => _output.Dispose();

    /// <summary>The row of the load runs: int, text, bool, timestamptz as JSON, int, jsonb.</summary>
    [Benchmark(OperationsPerInvoke = 1)]
    public int TodoRows()
    {
        _output.Clear();
        for (var i = 0; i < Rows; i++)
        {
            _output.Write(", \n "u8);
            _output.Write(_keys[0]);
            JsonText.WriteInteger(_output, BinaryPrimitives.ReadInt32BigEndian(_integer));
            _output.Write(_keys[1]);
            JsonText.WriteString(_output, _title);
            _output.Write(_keys[2]);
            _output.Write("false"u8);
            _output.Write(_keys[3]);
            _output.Write(_time);
            _output.Write(_keys[4]);
            JsonText.WriteInteger(_output, BinaryPrimitives.ReadInt32BigEndian(_integer));
            _output.Write(_keys[5]);
            _output.Write(_details.AsSpan(1));
            _output.Write((byte)'}');
        }

        return _output.WrittenCount;
    }

    [Benchmark]
    public int Integers() => Repeat(static (b, o) => JsonText.WriteInteger(o, BinaryPrimitives.ReadInt32BigEndian(b._integer)));

    [Benchmark]
    public int Strings() => Repeat(static (b, o) => JsonText.WriteString(o, b._title));

    [Benchmark]
    public int StringsWithEscapes() => Repeat(static (b, o) => JsonText.WriteString(o, b._escaped));

    [Benchmark]
    public int Uuids() => Repeat(static (b, o) => JsonText.WriteUuid(o, b._uuid));

    [Benchmark]
    public int Numerics() => Repeat(static (b, o) => JsonText.WriteNumeric(o, b._numeric));

    [Benchmark]
    public int Timestamps() => Repeat(static (_, o) => JsonText.WriteTimestamp(o, 765_000_000_123_456, utc: true));

    [Benchmark]
    public int Dates() => Repeat(static (_, o) => JsonText.WriteDate(o, 8_855));

    /// <summary>What each response builds before its first row: the encoder with its keys.</summary>
    [Benchmark]
    public object Encoder() => new RowEncoder(new ResultShape.Rows(
        new RowShape([
            new RowColumn("id", ColumnEncoding.Integer), new RowColumn("title", ColumnEncoding.Text), new RowColumn("done", ColumnEncoding.Bool),
            new RowColumn("created_at", ColumnEncoding.Json), new RowColumn("priority", ColumnEncoding.Integer), new RowColumn("details", ColumnEncoding.Jsonb),
        ]),
        Server.Planning.BodyFormat.Json,
        false));

    int Repeat(Action<RowBenchmarks, PooledBuffer> write)
    {
        _output.Clear();
        for (var i = 0; i < Rows; i++)
        {
            write(this, _output);
        }

        return _output.WrittenCount;
    }
}
