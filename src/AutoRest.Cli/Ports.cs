using System.Net;
using System.Net.Sockets;

namespace AutoRest.Cli;

/// <summary>Which loopback ports the stack listens on.</summary>
sealed record Ports(int Proxy, int Server, int Admin, int Postgres, int PgBouncer)
{
    public static readonly Ports Default = new(8080, 3000, 3001, 54320, 64320);

    /// <summary>
    /// Takes the asked ports as they are, or refuses; where none was asked for, the default or the next free one above it.
    /// </summary>
    /// <param name="proxy"><see langword="null"/>: not asked for. The others likewise.</param>
    public static Ports Choose(int? proxy, int? server, int? admin, int? postgres, int? pgBouncer, Func<int, bool>? isFree = null)
    {
        isFree ??= IsFree;
        var taken = new HashSet<int>();
        // All asked ports first: a chosen one must not get in their way.
        (int? Asked, string Option)[] asked = [(proxy, "--proxy-port"), (server, "--server-port"), (admin, "--admin-port"), (postgres, "--postgres-port"), (pgBouncer, "--pgbouncer-port")];
        foreach (var (port, option) in asked)
        {
            if (port is not { } wanted)
            {
                continue;
            }

            if (wanted is < 1 or > 65535)
            {
                throw new CliError($"{wanted} is no port: give {option} a number from 1 to 65535.");
            }

            if (!taken.Add(wanted))
            {
                throw new CliError($"Port {wanted} was asked for twice: give {option} another one.");
            }

            if (!isFree(wanted))
            {
                throw new CliError($"Port {wanted} is in use: stop the program that listens on it, or choose another port with {option}.");
            }
        }

        return new Ports(Next(proxy, Default.Proxy), Next(server, Default.Server), Next(admin, Default.Admin), Next(postgres, Default.Postgres), Next(pgBouncer, Default.PgBouncer));

        int Next(int? wanted, int preferred)
        {
            if (wanted is { } port)
            {
                return port;
            }

            for (port = preferred; port < preferred + 1000 && port <= 65535; port++)
            {
                if (!taken.Contains(port) && isFree(port))
                {
                    taken.Add(port);
                    return port;
                }
            }

            throw new CliError($"No port from {preferred} on is free: close some programs, or name free ports (`autorest up --help`).");
        }
    }

    /// <summary>Whether both loopback addresses have it free. A listener on all addresses counts as taken too.</summary>
    public static bool IsFree(int port) => CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (OperatingSystem.IsWindows())
            {
                // Only there: elsewhere it would also refuse a port whose last connections are still in TIME_WAIT, as after every `down`.
                socket.ExclusiveAddressUse = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return true;
        }
        // No IPv6 on this machine although the system knows it: nothing can be in the way there.
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
