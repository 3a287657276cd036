using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;

namespace AutoRest.Server.Execution;

/// <summary>
/// PostgreSQL's binary values as the JSON text <c>to_json</c> makes of them, byte for byte. Formats: PostgreSQL source,
/// <c>src/backend/utils/adt/{json,numeric,datetime}.c</c>; a test compares both for every type.
/// </summary>
static class JsonText
{
    const long MicrosecondsPerDay = 86_400_000_000;
    const int DaysFrom0000To2000 = 730_425;

    static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(static i => (byte)i), (byte)'"', (byte)'\\']);

    /// <summary>A quoted string, escaped as <c>escape_json</c> does.</summary>
    public static void WriteString(PooledBuffer output, ReadOnlySpan<byte> text)
    {
        output.Write((byte)'"');
        while (true)
        {
            var next = text.IndexOfAny(Escaped);
            if (next < 0)
            {
                output.Write(text);
                break;
            }

            output.Write(text[..next]);
            WriteEscape(output, text[next]);
            text = text[(next + 1)..];
        }

        output.Write((byte)'"');
    }

    static void WriteEscape(PooledBuffer output, byte c)
    {
        switch (c)
        {
            case (byte)'"':
                output.Write("\\\""u8);
                break;
            case (byte)'\\':
                output.Write("\\\\"u8);
                break;
            case (byte)'\b':
                output.Write("\\b"u8);
                break;
            case (byte)'\f':
                output.Write("\\f"u8);
                break;
            case (byte)'\n':
                output.Write("\\n"u8);
                break;
            case (byte)'\r':
                output.Write("\\r"u8);
                break;
            case (byte)'\t':
                output.Write("\\t"u8);
                break;
            default:
                output.Write("\\u00"u8);
                output.Write("0123456789abcdef"u8[c >> 4]);
                output.Write("0123456789abcdef"u8[c & 15]);
                break;
        }
    }

    public static void WriteInteger(PooledBuffer output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out var written);
        output.Advance(written);
    }

    /// <summary><c>uuid_out</c>, quoted.</summary>
    public static void WriteUuid(PooledBuffer output, ReadOnlySpan<byte> value)
    {
        var uuid = new Guid(value, bigEndian: true);
        var span = output.GetSpan(38);
        span[0] = (byte)'"';
        Utf8Formatter.TryFormat(uuid, span[1..], out var written);
        span[written + 1] = (byte)'"';
        output.Advance(written + 2);
    }

    /// <summary><c>numeric_out</c>: base 10,000 digits, the scale kept; NaN and infinities are strings in JSON.</summary>
    public static void WriteNumeric(PooledBuffer output, ReadOnlySpan<byte> value)
    {
        var digits = BinaryPrimitives.ReadInt16BigEndian(value);
        var weight = BinaryPrimitives.ReadInt16BigEndian(value[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
        int scale = BinaryPrimitives.ReadUInt16BigEndian(value[6..]);
        value = value[8..];
        switch (sign)
        {
            case 0xC000:
                output.Write("\"NaN\""u8);
                return;
            case 0xD000:
                output.Write("\"Infinity\""u8);
                return;
            case 0xF000:
                output.Write("\"-Infinity\""u8);
                return;
            case 0x4000:
                output.Write((byte)'-');
                break;
            default:
                break;
        }

        if (weight < 0)
        {
            output.Write((byte)'0');
        }
        else
        {
            for (var i = 0; i <= weight; i++)
            {
                var group = i < digits ? BinaryPrimitives.ReadInt16BigEndian(value[(i * 2)..]) : 0;
                if (i == 0)
                {
                    WriteInteger(output, group);
                }
                else
                {
                    WriteGroup(output, group, 4);
                }
            }
        }

        if (scale == 0)
        {
            return;
        }

        output.Write((byte)'.');
        for (var i = weight + 1; scale > 0; i++, scale -= 4)
        {
            var group = i >= 0 && i < digits ? BinaryPrimitives.ReadInt16BigEndian(value[(i * 2)..]) : 0;
            WriteGroup(output, group, Math.Min(scale, 4));
        }
    }

    /// <summary>The first <paramref name="count"/> of a group's four decimal digits.</summary>
    static void WriteGroup(PooledBuffer output, int group, int count)
    {
        var span = output.GetSpan(4);
        span[0] = (byte)('0' + group / 1000);
        span[1] = (byte)('0' + group / 100 % 10);
        span[2] = (byte)('0' + group / 10 % 10);
        span[3] = (byte)('0' + group % 10);
        output.Advance(count);
    }

    /// <summary>A date: days since 2000-01-01.</summary>
    public static void WriteDate(PooledBuffer output, int days)
    {
        if (WriteInfinity(output, days == int.MaxValue, days == int.MinValue))
        {
            return;
        }

        output.Write((byte)'"');
        var beforeChrist = WriteCivil(output, days);
        output.Write(beforeChrist ? " BC\""u8 : "\""u8);
    }

    /// <summary>A timestamp: microseconds since 2000-01-01.</summary>
    /// <param name="utc">It has a time zone, and the session's is UTC.</param>
    public static void WriteTimestamp(PooledBuffer output, long microseconds, bool utc)
    {
        if (WriteInfinity(output, microseconds == long.MaxValue, microseconds == long.MinValue))
        {
            return;
        }

        var days = Math.DivRem(microseconds, MicrosecondsPerDay, out var rest);
        if (rest < 0)
        {
            days--;
            rest += MicrosecondsPerDay;
        }

        output.Write((byte)'"');
        var beforeChrist = WriteCivil(output, days);
        var seconds = (int)(rest / 1_000_000);
        output.Write((byte)'T');
        WriteTwo(output, seconds / 3600);
        output.Write((byte)':');
        WriteTwo(output, seconds / 60 % 60);
        output.Write((byte)':');
        WriteTwo(output, seconds % 60);
        WriteFraction(output, (int)(rest % 1_000_000));
        if (utc)
        {
            output.Write("+00:00"u8);
        }

        output.Write(beforeChrist ? " BC\""u8 : "\""u8);
    }

    static bool WriteInfinity(PooledBuffer output, bool positive, bool negative)
    {
        if (positive)
        {
            output.Write("\"infinity\""u8);
        }
        else if (negative)
        {
            output.Write("\"-infinity\""u8);
        }

        return positive || negative;
    }

    static void WriteFraction(PooledBuffer output, int microseconds)
    {
        if (microseconds == 0)
        {
            return;
        }

        var digits = 6;
        while (microseconds % 10 == 0)
        {
            microseconds /= 10;
            digits--;
        }

        output.Write((byte)'.');
        var span = output.GetSpan(6);
        for (var i = digits - 1; i >= 0; i--)
        {
            span[i] = (byte)('0' + microseconds % 10);
            microseconds /= 10;
        }

        output.Advance(digits);
    }

    static void WriteTwo(PooledBuffer output, int value)
    {
        var span = output.GetSpan(2);
        span[0] = (byte)('0' + value / 10);
        span[1] = (byte)('0' + value % 10);
        output.Advance(2);
    }

    /// <summary>
    /// <c>YYYY-MM-DD</c> in the proleptic Gregorian calendar, years of more than four digits as they are; true for years before Christ.
    /// The algorithm counts from 1 March of year 0, so that the leap day is the last of a year.
    /// </summary>
    static bool WriteCivil(PooledBuffer output, long daysSince2000)
    {
        var z = daysSince2000 + DaysFrom0000To2000;
        var era = (z >= 0 ? z : z - 146_096) / 146_097;
        var dayOfEra = z - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shifted = (5 * dayOfYear + 2) / 153;
        var day = (int)(dayOfYear - (153 * shifted + 2) / 5 + 1);
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        var year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);

        var beforeChrist = year <= 0;
        if (beforeChrist)
        {
            year = 1 - year;
        }

        Debug.Assert(year > 0);
        Utf8Formatter.TryFormat(year, output.GetSpan(20), out var written, new StandardFormat('D', 4));
        output.Advance(written);
        output.Write((byte)'-');
        WriteTwo(output, month);
        output.Write((byte)'-');
        WriteTwo(output, day);
        return beforeChrist;
    }
}
