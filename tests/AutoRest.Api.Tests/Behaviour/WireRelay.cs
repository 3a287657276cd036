using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Stands between the server and PostgreSQL or a pooler, and counts what the server sends by message type.</summary>
sealed class WireRelay : IAsyncDisposable
{
    const int SslRequest = 80877103, GssRequest = 80877104, CancelRequest = 80877102;

    readonly TcpListener _listener;
    readonly int _target;
    readonly ConcurrentDictionary<char, int> _counts = new();
    readonly ConcurrentBag<Socket> _sockets = [];
    readonly ConcurrentQueue<string> _parsed = new();
    readonly Task _accepting;
    int _named;

    public WireRelay(int target)
    {
        _target = target;
        Port = Ports.Free();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Parse messages that name a statement.</summary>
    public int Named => Volatile.Read(ref _named);

    /// <summary>Texts of Parse messages since the last reset.</summary>
    public IReadOnlyCollection<string> Parsed => _parsed;

    /// <summary>Messages of a type sent since the last reset: S Sync, P Parse, B Bind, E Execute, Q Query; ! a cancel request.</summary>
    public int this[char type] => _counts.GetValueOrDefault(type);

    public string Uri(string database) => $"postgresql://authenticator@127.0.0.1:{Port}/{database}";

    public void Reset()
    {
        _counts.Clear();
        _parsed.Clear();
        Volatile.Write(ref _named, 0);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
        await _accepting;
        _listener.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _ = RelayAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    async Task RelayAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _sockets.Add(client);
        _sockets.Add(server);
        try
        {
            await server.ConnectAsync("127.0.0.1", _target);
            await Task.WhenAny(SendAsync(client, server), ReceiveAsync(server, client));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The target is down, or one side left.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }

    async Task SendAsync(Socket client, Socket server)
    {
        var buffer = new byte[64 * 1024];
        var kept = 0;
        var started = false;
        while (await client.ReceiveAsync(buffer.AsMemory(kept)) is > 0 and var read)
        {
            // Counted before it is passed on: when the answer arrives, the count is right.
            var end = kept + read;
            var consumed = Count(buffer.AsSpan(0, end), ref started);
            var fresh = buffer.AsMemory(kept, read).ToArray();
            buffer.AsSpan(consumed, end - consumed).CopyTo(buffer);
            kept = end - consumed;
            if (kept > buffer.Length / 2)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
            for (ReadOnlyMemory<byte> rest = fresh; !rest.IsEmpty;)
            {
                rest = rest[await server.SendAsync(rest)..];
            }
        }
    }

    static async Task ReceiveAsync(Socket server, Socket client)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReceiveAsync(buffer) is > 0 and var read)
        {
            for (ReadOnlyMemory<byte> rest = buffer.AsMemory(0, read); !rest.IsEmpty;)
            {
                rest = rest[await client.SendAsync(rest)..];
            }
        }
    }

    /// <summary>Counts whole messages and gives the number of bytes they took.</summary>
    int Count(ReadOnlySpan<byte> bytes, ref bool started)
    {
        var consumed = 0;
        while (true)
        {
            var message = bytes[consumed..];
            var head = started ? 5 : 8;
            if (message.Length < head)
            {
                return consumed;
            }
            var length = BinaryPrimitives.ReadInt32BigEndian(message[(started ? 1 : 0)..]) + (started ? 1 : 0);
            if (message.Length < length)
            {
                return consumed;
            }
            if (started)
            {
                Add((char)message[0], message[5..length]);
            }
            else
            {
                var code = BinaryPrimitives.ReadInt32BigEndian(message[4..]);
                started = code is not (SslRequest or GssRequest);
                if (code == CancelRequest)
                {
                    Add('!', default);
                }
            }
            consumed += length;
        }
    }

    void Add(char type, ReadOnlySpan<byte> payload)
    {
        _counts.AddOrUpdate(type, 1, static (_, count) => count + 1);
        if (type == 'P')
        {
            var name = payload[..payload.IndexOf((byte)0)];
            var text = payload[(name.Length + 1)..];
            _parsed.Enqueue(Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]));
            if (!name.IsEmpty)
            {
                Interlocked.Increment(ref _named);
            }
        }
    }
}
