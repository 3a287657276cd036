using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace AutoRest.Server;

/// <summary>The server cannot listen where it was told to; the message says what to change.</summary>
public sealed class BindException(string message) : Exception(message);

/// <summary>
/// Where a server listens: exactly one socket, on the first address that can be bound. contract/configuration.md §8, operations.md §11.
/// </summary>
/// <param name="setting">Prefix of the settings' names in messages: <c>server</c> or <c>admin-server</c>.</param>
sealed class ListenAddress(string setting, string host, int port, string? unixSocket, string unixSocketMode, bool reusePort)
{
    Socket? _bound;

    // The first descriptor of a unix socket is kept: the runtime removes the file when it is disposed of, and by then the file may be a successor's.
    static readonly List<Socket> Kept = [];

    /// <summary>Is only given to Kestrel, which wants to know whether it is a file or an address; <see cref="Bind"/> decides.</summary>
    public EndPoint Placeholder => unixSocket is null ? new IPEndPoint(IPAddress.Any, port) : new UnixDomainSocketEndPoint(unixSocket);

    /// <summary>After <see cref="Bind"/>: <c>127.0.0.1:3000</c>, <c>[::1]:3000</c> with the real port, or the socket's path.</summary>
    public string Text { get; private set; } = "";

    /// <summary>False when the file of a bound unix socket is gone: nobody can connect any more.</summary>
    public bool IsReachable => unixSocket is null || File.Exists(unixSocket);

    /// <summary>Other processes may listen on the same port.</summary>
    public bool SharesPort => reusePort && unixSocket is null;

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
                _bound = socket;
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

    /// <summary>
    /// From now on no new connection is begun here: those that are being made are completed, and the opening segments of others are dropped, so that
    /// clients send them again a second later, when the socket is closed and another process of the port gets them. Closing at once would reset every
    /// connection that is made but not accepted yet. False where the system cannot do that.
    /// </summary>
    /// <remarks>Linux hands such connections over by itself where <c>net.ipv4.tcp_migrate_req</c> is 1 (5.14 and later); by default it is not.</remarks>
    public bool RefuseNew()
    {
        if (!SharesPort || !OperatingSystem.IsLinux() || _bound is not { } socket)
        {
            return false;
        }

        // Classic BPF; a listening socket's filter sees each segment from its TCP header on. Byte 13 holds the flags: SYN (2) without ACK (16).
        ReadOnlySpan<ulong> program =
        [
            Instruction(0x30, 0, 0, 13),        // load the byte at 13
            Instruction(0x54, 0, 0, 0x12),      // keep SYN and ACK
            Instruction(0x15, 0, 1, 0x02),      // SYN alone?
            Instruction(0x06, 0, 0, 0),         // drop it
            Instruction(0x06, 0, 0, 0x40000),   // let it through
        ];
        var code = GCHandle.Alloc(program.ToArray(), GCHandleType.Pinned);
        try
        {
            // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
            Span<byte> argument = stackalloc byte[2 * IntPtr.Size];
            argument.Clear();
            MemoryMarshal.Write(argument, (ushort)program.Length);
            MemoryMarshal.Write(argument[IntPtr.Size..], code.AddrOfPinnedObject());
            const int SolSocket = 1;
            const int SoAttachFilter = 26;
            socket.SetRawSocketOption(SolSocket, SoAttachFilter, argument);
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            code.Free();
        }

        // struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; }, as it lies in memory.
        static ulong Instruction(ushort code, byte ifTrue, byte ifFalse, uint operand)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            MemoryMarshal.Write(bytes, code);
            bytes[2] = ifTrue;
            bytes[3] = ifFalse;
            MemoryMarshal.Write(bytes[4..], operand);
            return MemoryMarshal.Read<ulong>(bytes);
        }
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
