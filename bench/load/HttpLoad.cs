using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace AutoRest.Load;

/// <summary>What a turn over HTTP gave.</summary>
/// <param name="Bytes">Received, heads included.</param>
/// <param name="GeneratorCpu">Processor time the generator took: it shares the machine with what it measures.</param>
sealed record HttpResult(double RequestsPerSecond, double P50, double P99, long Requests, long Bytes, TimeSpan GeneratorCpu, TimeSpan Elapsed);

/// <summary>
/// Closed-loop HTTP/1.1 load: each connection sends its next request when its answer is complete. One thread, epoll(7), non-blocking sockets,
/// request bytes made before; of an answer only the status and the end are looked for. About 10 µs of CPU per small request.
/// </summary>
static class HttpLoad
{
    /// <exception cref="InvalidOperationException">An answer had another status, or a connection broke.</exception>
    public static HttpResult Run(int port, byte[][] requests, int status, int connections, TimeSpan duration)
    {
        HttpResult? result = null;
        Exception? failure = null;
        // A thread of its own: its processor time is the generator's.
        var thread = new Thread(() =>
        {
            try
            {
                result = RunHere(port, requests, status, connections, duration);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException(failure.Message, failure);
    }

    static HttpResult RunHere(int port, byte[][] requests, int status, int connections, TimeSpan duration)
    {
        var clients = new Client[connections];
        var ready = new EpollEvent[connections];
        var buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
        var latencies = new List<long>(1 << 20);
        long bytes = 0;
        var epoll = EpollCreate(0);
        try
        {
            for (var i = 0; i < connections; i++)
            {
                clients[i] = new Client(port, status, requests, i * requests.Length / connections);
            }

            var cpu = ProcessUsage.OfThisThread();
            var started = Stopwatch.GetTimestamp();
            var end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
            for (var i = 0; i < connections; i++)
            {
                clients[i].Send();
                Watch(epoll, EpollEvent.Add, clients[i], i);
            }

            var open = connections;
            while (open > 0)
            {
                // An answer may be late, but not for ever.
                var happened = EpollWait(epoll, ready, connections, 60_000);
                if (happened == 0)
                {
                    throw new InvalidOperationException("no answer for 60 s");
                }

                for (var i = 0; i < happened; i++)
                {
                    var index = (int)ready[i].Index;
                    var client = clients[index];
                    var wasSending = client.IsSending;
                    if (wasSending)
                    {
                        client.Continue();
                    }
                    else
                    {
                        var (received, complete) = client.Receive(buffer);
                        bytes += received;
                        if (complete)
                        {
                            var now = Stopwatch.GetTimestamp();
                            if (now < end)
                            {
                                latencies.Add(now - client.Sent);
                                client.Send();
                            }
                            else
                            {
                                open--;
                            }
                        }
                    }

                    if (client.IsSending != wasSending)
                    {
                        Watch(epoll, EpollEvent.Modify, client, index);
                    }
                }
            }

            var used = ProcessUsage.OfThisThread() - cpu;
            latencies.Sort();
            return new HttpResult(
                latencies.Count / duration.TotalSeconds, Milliseconds(latencies, 0.5), Milliseconds(latencies, 0.99), latencies.Count, bytes, used,
                Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            foreach (var client in clients)
            {
                client?.Dispose();
            }

            _ = Close(epoll);
        }
    }

    static double Milliseconds(List<long> sorted, double quantile) =>
        sorted.Count == 0 ? double.NaN : sorted[(int)(quantile * (sorted.Count - 1))] * 1000.0 / Stopwatch.Frequency;

    static void Watch(int epoll, int operation, Client client, int index)
    {
        var wanted = new EpollEvent { Events = client.IsSending ? EpollEvent.Out : EpollEvent.In, Index = (ulong)index };
        if (EpollControl(epoll, operation, (int)client.Socket.Handle, ref wanted) != 0)
        {
            throw new InvalidOperationException($"epoll_ctl: error {Marshal.GetLastPInvokeError()}");
        }
    }

    // epoll, not poll: what a call costs must not grow with the connections that have nothing to say. The structure is packed on x86-64, where this runs.
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    struct EpollEvent
    {
        public const uint In = 1;
        public const uint Out = 4;
        public const int Add = 1;
        public const int Modify = 3;

        public uint Events;
        public ulong Index;
    }

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int EpollCreate(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int EpollControl(int epoll, int operation, int handle, ref EpollEvent wanted);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int EpollWait(int epoll, [Out] EpollEvent[] ready, int count, int timeout);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Close(int handle);

    /// <summary>One connection.</summary>
    sealed class Client : IDisposable
    {
        readonly byte[][] _requests;
        readonly ResponseParser _parser;
        int _next;
        int _written;

        public Client(int port, int status, byte[][] requests, int first)
        {
            _requests = requests;
            _next = first;
            _parser = new ResponseParser(status);
            Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(IPAddress.Loopback, port);
            Socket.Blocking = false;
        }

        public Socket Socket { get; }

        public bool IsSending { get; private set; }

        /// <summary>When the request was begun.</summary>
        public long Sent { get; private set; }

        public void Send()
        {
            Sent = Stopwatch.GetTimestamp();
            _next = (_next + 1) % _requests.Length;
            _written = 0;
            _parser.Reset();
            Continue();
        }

        public void Continue()
        {
            var request = _requests[_next];
            while (_written < request.Length)
            {
                var sent = Socket.Send(request.AsSpan(_written), SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                {
                    break;
                }

                if (error != SocketError.Success)
                {
                    throw new InvalidOperationException($"sending failed: {error}");
                }

                _written += sent;
            }

            IsSending = _written < request.Length;
        }

        public (int Received, bool Complete) Receive(byte[] buffer)
        {
            var received = Socket.Receive(buffer.AsSpan(), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return (0, false);
            }

            if (error != SocketError.Success || received == 0)
            {
                throw new InvalidOperationException($"the server closed a connection: {error}");
            }

            return (received, _parser.Read(buffer.AsSpan(0, received)));
        }

        public void Dispose() => Socket.Dispose();
    }
}

/// <summary>Finds the end of a response, whatever pieces it arrives in, and checks its status.</summary>
sealed class ResponseParser(int status)
{
    readonly byte[] _head = new byte[64 * 1024];
    State _state;
    int _headLength;
    long _left;
    bool _hasDigits;

    enum State
    {
        Head,
        Body,
        ChunkSize,
        Chunk,
        Trailer,
        Complete,
    }

    /// <summary>The head is not complete yet.</summary>
    public bool InHead => _state == State.Head;

    /// <summary>Where the body began in the bytes of the <see cref="Read"/> that completed the head.</summary>
    public int BodyStart { get; private set; }

    public void Reset()
    {
        _state = State.Head;
        _headLength = 0;
        _left = 0;
    }

    /// <summary>True when the response is complete.</summary>
    public bool Read(ReadOnlySpan<byte> bytes)
    {
        var length = bytes.Length;
        while (!bytes.IsEmpty)
        {
            switch (_state)
            {
                case State.Head:
                    bytes = ReadHead(bytes);
                    BodyStart = length - bytes.Length;
                    break;
                case State.Body or State.Chunk:
                    var taken = (int)Math.Min(_left, bytes.Length);
                    bytes = bytes[taken..];
                    _left -= taken;
                    if (_left == 0)
                    {
                        _state = _state == State.Body ? State.Complete : State.ChunkSize;
                    }

                    break;
                case State.ChunkSize:
                    ReadChunkSize(bytes[0]);
                    bytes = bytes[1..];
                    break;
                case State.Trailer:
                    // Only the empty line: no server here sends trailers.
                    _state = bytes[0] == '\n' ? State.Complete : State.Trailer;
                    bytes = bytes[1..];
                    break;
                default:
                    throw new InvalidOperationException("bytes after the end of a response");
            }
        }

        return _state == State.Complete;
    }

    ReadOnlySpan<byte> ReadHead(ReadOnlySpan<byte> bytes)
    {
        var before = _headLength;
        var taken = Math.Min(bytes.Length, _head.Length - before);
        bytes[..taken].CopyTo(_head.AsSpan(before));
        _headLength += taken;
        var from = Math.Max(0, before - 3);
        var end = _head.AsSpan(from, _headLength - from).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return _headLength < _head.Length ? bytes[taken..] : throw new InvalidOperationException("the head of a response does not end");
        }

        _headLength = from + end + 4;
        Understand();
        return bytes[(_headLength - before)..];
    }

    void Understand()
    {
        ReadOnlySpan<byte> head = _head.AsSpan(0, _headLength);
        var given = int.Parse(head.Slice(9, 3), CultureInfo.InvariantCulture);
        if (given != status)
        {
            throw new InvalidOperationException($"status {given} instead of {status}: {Encoding.UTF8.GetString(head)}");
        }

        var value = ValueOf(head, "\r\nContent-Length: "u8);
        if (!value.IsEmpty)
        {
            _left = long.Parse(value, CultureInfo.InvariantCulture);
            _state = _left == 0 ? State.Complete : State.Body;
        }
        else if (!ValueOf(head, "\r\nTransfer-Encoding: "u8).IsEmpty)
        {
            _state = State.ChunkSize;
        }
        else
        {
            _state = given == 204 ? State.Complete : throw new InvalidOperationException("a response without a length");
        }
    }

    static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        var lines = head;
        while (true)
        {
            var line = lines.IndexOf((byte)'\r');
            if (line < 0 || line + name.Length > lines.Length)
            {
                return [];
            }

            lines = lines[line..];
            if (Ascii.EqualsIgnoreCase(lines[..name.Length], name))
            {
                var value = lines[name.Length..];
                return value[..value.IndexOf((byte)'\r')];
            }

            lines = lines[1..];
        }
    }

    void ReadChunkSize(byte c)
    {
        // CRLF of the chunk before, digits, CRLF. A size line is ended by its LF; a chunk's own CRLF comes before any digit.
        switch (c)
        {
            case (byte)'\r':
                break;
            case (byte)'\n' when _hasDigits:
                _hasDigits = false;
                _state = _left == 0 ? State.Trailer : State.Chunk;
                break;
            case (byte)'\n':
                break;
            default:
                _left = (_left * 16) + HexDigit(c);
                _hasDigits = true;
                break;
        }
    }
    static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => throw new InvalidOperationException("a chunk size that is none"),
    };
}
