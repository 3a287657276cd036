using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AutoRest.Testing;

/// <summary>Free TCP ports of the loopback address.</summary>
public static class Ports
{
    static readonly ConcurrentDictionary<int, bool> Taken = new();

    /// <summary>A port nobody listens on, never the same twice in one process.</summary>
    public static int Free()
    {
        // Below the range the kernel gives to outgoing connections: a port of that range can be taken by any
        // connection of a test between being chosen here and being bound by the program it is for.
        for (var i = 0; i < 1000; i++)
        {
            var port = Random.Shared.Next(15000, 30000);
            if (!Taken.ContainsKey(port) && IsFree(port) && Taken.TryAdd(port, true))
            {
                return port;
            }
        }
        throw new InvalidOperationException("no free port between 15000 and 30000");
    }

    static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
