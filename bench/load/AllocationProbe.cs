using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AutoRest.Load;

/// <summary>The other end of <see cref="StartupHook"/>.</summary>
sealed class AllocationProbe : IDisposable
{
    readonly string _path = Path.Combine(Path.GetTempPath(), $"autorest-probe-{Environment.ProcessId}-{Random.Shared.Next():x}");

    /// <summary>Variables of the process to be observed.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables =>
    [
        new("DOTNET_STARTUP_HOOKS", typeof(AllocationProbe).Assembly.Location),
        new("AUTOREST_LOAD_PROBE", _path),
    ];

    /// <summary>Bytes the process has allocated so far; null where it has no managed heap to ask.</summary>
    public long? AllocatedBytes()
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_path));
        var answer = new byte[128];
        var length = socket.Receive(answer);
        return long.Parse(Encoding.ASCII.GetString(answer, 0, length).Split(' ')[0], CultureInfo.InvariantCulture);
    }

    public void Dispose() => File.Delete(_path);
}
