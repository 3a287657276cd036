using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AutoRest.Testing;

/// <summary>A request exactly as it is sent: nothing is added but <c>Host: localhost</c> and, with a body, <c>Content-Length</c>.</summary>
/// <param name="Path">The request target, sent as its UTF-8 bytes without any escaping.</param>
public sealed record RawRequest(string Method, string Path)
{
    /// <summary>In the order they are sent; a name may come several times.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    public ReadOnlyMemory<byte>? Body { get; init; }

    public RawRequest WithHeader(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };

    public RawRequest WithBody(string text) => this with { Body = Encoding.UTF8.GetBytes(text) };
}

/// <summary>A response as it came.</summary>
/// <param name="Headers">In the order they came, names as sent.</param>
public sealed record RawResponse(int Status, string Reason, ImmutableArray<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>All values of a header, names compared without case.</summary>
    public ImmutableArray<string> Values(string name) =>
        [.. Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value)];

    /// <summary>The only value of a header, several joined by <c>, </c>, or null.</summary>
    public string? Header(string name) => Values(name) is { IsEmpty: false } values ? string.Join(", ", values) : null;
}

/// <summary>HTTP/1.1 over a socket, because <see cref="HttpClient"/> rewrites paths, merges headers and hides framing.</summary>
public sealed class RawHttp : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly Socket _socket;
    readonly byte[] _buffer = new byte[64 * 1024];
    int _start;
    int _end;

    RawHttp(Socket socket) => _socket = socket;

    /// <summary>Sends one request on a connection of its own.</summary>
    /// <exception cref="IOException">The response is not HTTP or ends early.</exception>
    public static async Task<RawResponse> SendAsync(int port, RawRequest request, CancellationToken cancellationToken = default)
    {
        using var connection = await ConnectAsync(port, cancellationToken);
        await connection.WriteAsync(Bytes(request), cancellationToken);
        return await connection.ReadAsync(request.Method, cancellationToken);
    }

    /// <summary>A connection for several requests, or for bytes that are no request at all.</summary>
    public static async Task<RawHttp> ConnectAsync(int port, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync("127.0.0.1", port, cancellationToken);
            return new(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A request as bytes.</summary>
    public static byte[] Bytes(RawRequest request)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Path} HTTP/1.1\r\nHost: localhost\r\n");
        foreach (var (name, value) in request.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        if (request.Body is { } body)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }
        head.Append("\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. (request.Body ?? ReadOnlyMemory<byte>.Empty).Span];
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
            }
        }
        catch (SocketException e)
        {
            throw new IOException("the connection broke while sending: " + e.Message, e);
        }
    }

    /// <summary>Reads the response to a request with this method; interim responses (1xx) are passed over.</summary>
    public async Task<RawResponse> ReadAsync(string method, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            while (true)
            {
                var (status, reason) = ParseStatusLine(await ReadLineAsync(limit.Token));
                var headers = await ReadHeadersAsync(limit.Token);
                if (status is >= 100 and < 200)
                {
                    continue;
                }
                var response = new RawResponse(status, reason, headers, default);
                return response with { Body = await ReadBodyAsync(method, response, limit.Token) };
            }
        }
        catch (SocketException e)
        {
            throw new IOException("the connection broke: " + e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no complete response within {Timeout.TotalSeconds} s", e);
        }
    }

    public void Dispose() => _socket.Dispose();

    static (int Status, string Reason) ParseStatusLine(string line)
    {
        var parts = line.Split(' ', 3);
        return parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal) && parts.Length > 1
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                ? (status, parts.Length > 2 ? parts[2].Trim() : "")
                : throw new IOException($"not a status line: {line}");
    }

    async Task<ImmutableArray<KeyValuePair<string, string>>> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new IOException($"not a header: {line}");
            }
            headers.Add(new(line[..colon], line[(colon + 1)..].TrimStart(' ', '\t')));
        }
        return headers.ToImmutable();
    }

    async Task<ReadOnlyMemory<byte>> ReadBodyAsync(string method, RawResponse head, CancellationToken cancellationToken)
    {
        if (method == "HEAD" || head.Status is 204 or 304)
        {
            return default;
        }
        using var body = new MemoryStream();
        if (head.Header("Transfer-Encoding") is { } encoding && encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            await ReadChunksAsync(body, cancellationToken);
        }
        else if (head.Header("Content-Length") is { } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                throw new IOException($"not a content length: {text}");
            }
            await CopyAsync(body, length, cancellationToken);
        }
        else
        {
            while (_start < _end || await FillAsync(cancellationToken))
            {
                body.Write(_buffer, _start, _end - _start);
                _start = _end;
            }
        }
        return body.ToArray();
    }

    async Task ReadChunksAsync(Stream body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (!long.TryParse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size))
            {
                throw new IOException($"not a chunk size: {line}");
            }
            if (size == 0)
            {
                while (await ReadLineAsync(cancellationToken) is { Length: > 0 })
                {
                    // Trailers are not looked at.
                }
                return;
            }
            await CopyAsync(body, size, cancellationToken);
            await ReadLineAsync(cancellationToken);
        }
    }

    async Task CopyAsync(Stream target, long length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                throw new IOException($"the body ends {length} bytes early");
            }
            var size = (int)Math.Min(length, _end - _start);
            target.Write(_buffer, _start, size);
            _start += size;
            length -= size;
        }
    }

    async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                throw new IOException(line.Count == 0 ? "the connection was closed without a response" : "the head ends early");
            }
            var end = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            line.AddRange(_buffer.AsSpan(_start, (end < 0 ? _end : end) - _start));
            _start = end < 0 ? _end : end + 1;
            if (end >= 0)
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }
        }
    }

    async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await _socket.ReceiveAsync(_buffer.AsMemory(), cancellationToken);
        return _end > 0;
    }
}
