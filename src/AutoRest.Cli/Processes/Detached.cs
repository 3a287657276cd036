using System.Diagnostics;

namespace AutoRest.Cli.Processes;

/// <summary>Starts this tool again in the background.</summary>
static class Detached
{
    /// <summary>Starts it with these arguments; its output goes to <paramref name="log"/>.</summary>
    public static Process Start(IReadOnlyList<string> arguments, string log)
    {
        string[] command = [.. Project.Self(), .. arguments];
        // The new process leaves our session by itself (setsid), before it starts anything.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, CreateNoWindow = true }
            : new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, .. command]) { UseShellExecute = false };
        return Process.Start(start)!;
    }
}
