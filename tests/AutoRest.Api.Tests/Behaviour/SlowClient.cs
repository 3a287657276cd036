using System.Net.Sockets;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>A client that reads a response piece by piece, keeps little of it, and may leave at any time.</summary>
sealed class SlowClient : IDisposable
{
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>Bytes read so far, head included.</summary>
    public long Read { get; private set; }

    /// <summary>The first 64 KiB.</summary>
    public string Start { get; private set; } = "";

    /// <summary>The last bytes read.</summary>
    public string End { get; private set; } = "";

    public static async Task<SlowClient> SendAsync(int port, RawRequest request)
    {
        var client = new SlowClient();
        await client._socket.ConnectAsync("127.0.0.1", port);
        var bytes = RawHttp.Bytes(request);
        Assert.Equal(bytes.Length, await client._socket.SendAsync(bytes));
        return client;
    }

    /// <summary>Reads what there is; false at the end, or when the connection was cut.</summary>
    public async Task<bool> ReadAsync()
    {
        int count;
        try
        {
            count = await _socket.ReceiveAsync(_buffer);
        }
        catch (SocketException)
        {
            return false;
        }
        if (count == 0)
        {
            return false;
        }
        Read += count;
        if (Start.Length < 64 * 1024)
        {
            Start += Encoding.UTF8.GetString(_buffer, 0, count);
        }
        var tail = Encoding.UTF8.GetString(_buffer, Math.Max(0, count - 64), Math.Min(64, count));
        End = (End + tail)[^Math.Min(64, End.Length + tail.Length)..];
        return true;
    }

    /// <summary>Reads on to the last chunk or until the connection is cut; true when the response is complete.</summary>
    public async Task<bool> ReadToEndAsync()
    {
        while (!End.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            if (!await ReadAsync())
            {
                return false;
            }
        }
        return true;
    }

    public void Dispose() => _socket.Dispose();
}
