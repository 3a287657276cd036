// Npgsql marks its converter extension points as experimental. They are the only way to see a column's bytes as they came, which is what makes a
// body without a string per value; the version is pinned and this file is the only one that uses them.
#pragma warning disable NPG9001
using Npgsql.Internal;
using Npgsql.Internal.Postgres;

namespace AutoRest.Server.Execution;

/// <summary>The bytes of a column in PostgreSQL's binary format, inside the driver's buffer: valid until the next read.</summary>
readonly record struct RawValue(ReadOnlyMemory<byte> Bytes);

/// <summary>Lets a reader give any column as <see cref="RawValue"/>.</summary>
sealed class RawValueResolverFactory : PgTypeInfoResolverFactory
{
    public override IPgTypeInfoResolver CreateResolver() => new Resolver();

    public override IPgTypeInfoResolver? CreateArrayResolver() => null;

    sealed class Resolver : IPgTypeInfoResolver
    {
        static readonly Converter Instance = new();

        public PgTypeInfo? GetTypeInfo(Type? type, DataTypeName? dataTypeName, PgSerializerOptions options) =>
            // Without an unboxed type: with one the driver boxes every value it reads.
            type == typeof(RawValue) && dataTypeName is { } name ? new PgTypeInfo(options, Instance, name) : null;
    }

    sealed class Converter() : PgBufferedConverter<RawValue>(false)
    {
        public override bool CanConvert(DataFormat format, out BufferRequirements bufferRequirements)
        {
            bufferRequirements = BufferRequirements.Value;
            return true;
        }

        public override Size GetSize(SizeContext context, RawValue value, ref object? writeState) => value.Bytes.Length;

        protected override RawValue ReadCore(PgReader reader)
        {
            var size = reader.CurrentRemaining;
            return reader.TryReadBytes(size, out ReadOnlyMemory<byte> bytes) ? new RawValue(bytes) : Copy(reader, size);
        }

        static RawValue Copy(PgReader reader, int size)
        {
            var copy = new byte[size];
            reader.ReadBytes(copy);
            return new RawValue(copy);
        }

        protected override void WriteCore(PgWriter writer, RawValue value) => writer.WriteBytes(value.Bytes.Span);
    }
}
