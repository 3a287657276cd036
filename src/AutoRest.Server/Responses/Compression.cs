using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using AutoRest.Server.Configuration;
using AutoRest.Server.Execution;

namespace AutoRest.Server.Responses;

/// <summary>
/// Content codings a client accepts. Off by default: a proxy does it better, and an answer that mixes a secret with what an attacker chose tells the
/// secret by its length (BREACH). RFC 9110 §12.5.3.
/// </summary>
static class Compression
{
    /// <summary>Below it the coding saves nothing but costs both sides.</summary>
    const int MinimumBytes = 1024;

    /// <summary>The compressed body, with its headers set; null when it goes out as it is.</summary>
    public static PooledBuffer? Compress(HttpContext http, AppConfig config, PooledBuffer body)
    {
        if (config.Compression.IsEmpty || Negotiate(http, config) is not { } coding || body.WrittenCount < MinimumBytes)
        {
            return null;
        }

        var compressed = new PooledBuffer();
        using (var target = new BufferStream(compressed))
        using (var encoder = Encoder(coding, target))
        {
            encoder.Write(body.WrittenSpan);
        }

        http.Response.Headers.ContentEncoding = coding;
        return compressed;
    }

    /// <summary>Where a streamed body goes. Each piece is flushed, so that a row is not kept back by the encoder.</summary>
    public static StreamedBody Stream(HttpContext http, AppConfig config)
    {
        if (!config.CompressionStreams || config.Compression.IsEmpty || Negotiate(http, config) is not { } coding)
        {
            return new StreamedBody(http.Response, null);
        }

        http.Response.Headers.ContentEncoding = coding;
        return new StreamedBody(http.Response, Encoder(coding, http.Response.Body));
    }

    /// <summary>The first coding of <paramref name="offered"/> that the client accepts; null is none.</summary>
    internal static string? Choose(string acceptEncoding, ImmutableArray<string> offered)
    {
        foreach (var coding in offered)
        {
            bool? accepted = null;
            var any = false;
            foreach (var range in acceptEncoding.AsSpan().Split(','))
            {
                var item = acceptEncoding.AsSpan(range).Trim();
                var semicolon = item.IndexOf(';');
                var name = (semicolon < 0 ? item : item[..semicolon]).Trim();
                var isWanted = semicolon < 0 || Weight(item[(semicolon + 1)..]) > 0;
                if (name.Equals(coding, StringComparison.OrdinalIgnoreCase))
                {
                    accepted = isWanted;
                }
                else if (name is "*")
                {
                    any = isWanted;
                }
            }

            if (accepted ?? any)
            {
                return coding;
            }
        }

        return null;
    }

    static string? Negotiate(HttpContext http, AppConfig config)
    {
        // A function that set a coding of its own has coded its answer itself.
        if (http.Response.Headers.ContentEncoding.Count > 0)
        {
            return null;
        }

        http.Response.Headers.Append("Vary", "Accept-Encoding");
        return http.Request.Headers.AcceptEncoding is { Count: > 0 } accept ? Choose(accept.ToString(), config.Compression) : null;
    }

    static double Weight(ReadOnlySpan<char> parameters)
    {
        var text = parameters.Trim();
        return text.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(text[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
                ? weight
                : 1;
    }

    static Stream Encoder(string coding, Stream target) => coding == "br"
        ? new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true)
        : new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);

    sealed class BufferStream(PooledBuffer buffer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] bytes, int offset, int count) => buffer.Write(bytes.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

        public override void Flush()
        {
        }

        public override int Read(byte[] bytes, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

/// <summary>
/// A body that is sent piece by piece, compressed or not. It is not disposable: ending the encoder of a broken body would put a good end on it.
/// </summary>
readonly struct StreamedBody(HttpResponse response, Stream? encoder)
{
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (encoder is null)
        {
            await response.BodyWriter.WriteAsync(bytes, cancellationToken);
            return;
        }

        await encoder.WriteAsync(bytes, cancellationToken);
        await encoder.FlushAsync(cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    /// <summary>After the last piece; a body that failed is not ended, so that nobody takes it for whole.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return encoder?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
