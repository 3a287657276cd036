using System.Globalization;
using System.Net.Sockets;
using System.Text;

/// <summary>
/// Loaded by the runtime into the server process (<c>DOTNET_STARTUP_HOOKS</c>): tells who connects to the socket named by
/// <c>AUTOREST_LOAD_PROBE</c> how many bytes the process has allocated and how often it collected. The name and the missing namespace are the
/// runtime's rule. A native executable has no such hook; then these figures are missing.
/// </summary>
#pragma warning disable CA1050, CA1515
public static class StartupHook
#pragma warning restore CA1050, CA1515
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("AUTOREST_LOAD_PROBE") is not { Length: > 0 } path)
        {
            return;
        }

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(4);
        new Thread(() =>
        {
            while (true)
            {
                using var caller = listener.Accept();
                caller.Send(Encoding.ASCII.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $"{GC.GetTotalAllocatedBytes()} {GC.CollectionCount(0)} {GC.CollectionCount(2)}")));
            }
        })
        { IsBackground = true, Name = "load probe" }.Start();
    }
}
