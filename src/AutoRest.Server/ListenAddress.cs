using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AutoRest.Server;

/// <summary>The server cannot listen where it was told to; the message says what to change.</summary>
public sealed class BindException(string message) : Exception(message);

/// <summary>
/// Where a server listens: exactly one socket, on the first address that can be bound. contract/configuration.md §8, operations.md §11.
/// </summary>
/// <param name="setting">Prefix of the settings' names in messages: <c>server</c> or <c>admin-server</c>.</param>
sealed class ListenAddress(string setting, string host, int port, string? unixSocket, string unixSocketMode, bool reusePort)
{
    // The first descriptor of a unix socket is kept: the runtime removes the file when it is disposed of, and by then the file may be a successor's.
    static readonly List<Socket> Kept = [];

    /// <summary>Is only given to Kestrel, which wants to know whether it is a file or an address; <see cref="Bind"/> decides.</summary>
    public EndPoint Placeholder => unixSocket is null ? new IPEndPoint(IPAddress.Any, port) : new UnixDomainSocketEndPoint(unixSocket);

    /// <summary>After <see cref="Bind"/>: <c>127.0.0.1:3000</c>, <c>[::1]:3000</c> with the real port, or the socket's path.</summary>
    public string Text { get; private set; } = "";

    /// <summary>False when the file of a bound unix socket is gone: nobody can connect any more.</summary>
    public bool IsReachable => unixSocket is null || File.Exists(unixSocket);

    /// <exception cref="BindException">None of the addresses can be bound.</exception>
    public Socket Bind()
    {
        if (unixSocket is not null)
        {
            return BindUnix(unixSocket);
        }

        SocketException? last = null;
        foreach (var (address, isDual) in Candidates())
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (address.AddressFamily == AddressFamily.InterNetworkV6)
                {
                    socket.DualMode = isDual;
                }

                if (reusePort)
                {
                    SetReusePort(socket);
                }

                socket.Bind(new IPEndPoint(address, port));
                Text = socket.LocalEndPoint!.ToString()!;
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                last = error;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw Failure(last);
    }

    BindException Failure(SocketException? error)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        return new BindException(error?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                $"Cannot listen on {where}: address already in use. Stop the process that uses it, or change {setting}-port.",
            SocketError.AccessDenied => $"Cannot listen on {where}: permission denied. Choose a {setting}-port above 1023.",
            SocketError.AddressNotAvailable => $"Cannot listen on {where}: the address is not one of this machine. Change {setting}-host.",
            _ => $"Cannot listen on {where}: {error?.Message ?? "no such address"}. Change {setting}-host or {setting}-port.",
        });
    }

    /// <summary>Addresses in the order in which they are tried. Dual: IPv4 clients are taken too.</summary>
    IEnumerable<(IPAddress Address, bool IsDual)> Candidates()
    {
        switch (host)
        {
            case "!4":
                return [(IPAddress.Any, false)];
            case "!6":
                return [(IPAddress.IPv6Any, false)];
            case "*4":
                return [(IPAddress.Any, false), (IPAddress.IPv6Any, true)];
            case "*" or "*6":
                return [(IPAddress.IPv6Any, true), (IPAddress.Any, false)];
            default:
                break;
        }

        if (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var literal))
        {
            return [(literal, false)];
        }

        try
        {
            return [.. Dns.GetHostAddresses(host).Select(static a => (a, false))];
        }
        catch (SocketException error)
        {
            throw new BindException($"Cannot listen on {host}: the name cannot be resolved ({error.Message}). Change {setting}-host.");
        }
    }

    Socket BindUnix(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new BindException($"{setting}-unix-socket is not supported on this system.");
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(unixSocketMode, 8));
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new BindException($"Cannot listen on {path}: {error.Message.TrimEnd('.')}. Change {setting}-unix-socket.");
        }

        Text = path;
        Kept.Add(socket);
        return new Socket(new SafeSocketHandle(socket.Handle, ownsHandle: true));
    }

    /// <summary>.NET has no name for it: several processes may listen, and the kernel spreads new connections over them.</summary>
    static void SetReusePort(Socket socket)
    {
        var (level, option) = OperatingSystem.IsLinux() ? (1, 15)
            : OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? (0xffff, 0x200)
            : throw new BindException("server-reuseport is not supported on this system.");
        Span<byte> on = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(on, 1);
        socket.SetRawSocketOption(level, option, on);
    }
}
