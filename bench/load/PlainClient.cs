using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AutoRest.Load;

/// <summary>One request on a connection of its own.</summary>
static class PlainClient
{
    /// <param name="keep">False: the body is counted and thrown away.</param>
    /// <returns>The body (with chunk framing, if there is any), its length, and the times to its first and last byte.</returns>
    public static (byte[] Body, long Length, TimeSpan FirstByte, TimeSpan Total) Send(int port, byte[] request, int status, bool keep = true)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var started = Stopwatch.GetTimestamp();
        for (var written = 0; written < request.Length;)
        {
            written += socket.Send(request.AsSpan(written));
        }

        var parser = new ResponseParser(status);
        var buffer = new byte[256 * 1024];
        using var body = new MemoryStream();
        long length = 0;
        TimeSpan? first = null;
        while (true)
        {
            var received = socket.Receive(buffer);
            if (received == 0)
            {
                throw new InvalidOperationException($"the server closed the connection after {length} bytes");
            }

            var inHead = parser.InHead;
            var complete = parser.Read(buffer.AsSpan(0, received));
            var start = inHead ? parser.BodyStart : 0;
            if (start < received)
            {
                first ??= Stopwatch.GetElapsedTime(started);
            }

            length += received - start;
            if (keep)
            {
                body.Write(buffer, start, received - start);
            }

            if (complete)
            {
                var total = Stopwatch.GetElapsedTime(started);
                return (body.ToArray(), length, first ?? total, total);
            }
        }
    }
}
