using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AutoRest.Cli.Containers;

/// <summary>
/// A port of this machine that leads into a container. Each connection to it is a process there that passes bytes on, so nothing has to be
/// published and no network opened: whoever may use Docker may use it, and has to log in at its other end all the same.
/// </summary>
/// <remarks>Bash opens TCP connections: PostgreSQL's image has it, and no other program that could. As long as the tool itself runs.</remarks>
static class Tunnel
{
    /// <summary>Bytes in both directions until either side has ended.</summary>
    // A process in the background has no standard input but under another number. The last `wait`: an orphan that a signal ended would become a
    // child of the container's first process, and where that is PostgreSQL it would take it for a crash of one of its own and restart all of them.
    const string Script = "exec 3<>\"/dev/tcp/$1/$2\" 4<&0 || exit; cat <&3 & down=$!; cat <&4 >&3 & up=$!; wait -n; kill $up $down 2>/dev/null; wait; exit 0";

    /// <summary>After our end is closed the process there notices at once; when not, it is not waited for any longer.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Opens one. Returns the port here, on loopback.</summary>
    /// <param name="host">As the database's container calls it.</param>
    public static int Open(Compose compose, string host, int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Accept(listener, () => compose.Start(Compose.Database, "bash", "-c", Script, "tunnel", host, port.ToString(CultureInfo.InvariantCulture)));
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static async Task Accept(TcpListener listener, Func<Process> start)
    {
        while (true)
        {
            _ = Forward(await listener.AcceptTcpClientAsync(), start);
        }
    }

    static async Task Forward(TcpClient client, Func<Process> start)
    {
        using var ours = client;
        client.NoDelay = true;
        using var process = start();
        var complaints = process.StandardError.ReadToEndAsync();
        try
        {
            var stream = client.GetStream();
            await await Task.WhenAny(process.StandardOutput.BaseStream.CopyToAsync(stream), stream.CopyToAsync(process.StandardInput.BaseStream));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // One side broke off: the other one is told below.
        }

        client.Close();
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            await complaints;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
