using System.Runtime.InteropServices;

namespace AutoRest.Cli.Processes;

/// <summary>The few system calls that .NET does not offer.</summary>
static partial class Native
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal. False when there is no such process any more, or it is another user's.</summary>
    public static bool Signal(int pid, int signal) => kill(pid, signal) == 0;

    /// <summary>Leaves the terminal's session, so that closing the terminal or Ctrl-C in it does not end the process.</summary>
    public static void NewSession() => _ = setsid();

    public static bool IsRoot => !OperatingSystem.IsWindows() && geteuid() == 0;

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (chown(path, user, group) != 0)
        {
            throw new CliError($"{path} could not be given to the database's account: run as an ordinary user, or choose another --data folder.");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint owner, uint group);
}
