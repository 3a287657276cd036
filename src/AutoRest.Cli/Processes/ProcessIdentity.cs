using System.Diagnostics;
using System.Globalization;

namespace AutoRest.Cli.Processes;

/// <summary>
/// A process that is recognised again: process numbers are reused, so a number alone must never be killed.
/// </summary>
/// <param name="Pid">Its number.</param>
/// <param name="Started">When it started, in the system's own exact form; only ever compared for equality.</param>
sealed record ProcessIdentity(int Pid, string Started)
{
    /// <summary>Identity of a running process, or <see langword="null"/> when there is none with that number.</summary>
    public static ProcessIdentity? Of(int pid) => StartOf(pid) is { } started ? new ProcessIdentity(pid, started) : null;

    public static ProcessIdentity Current { get; } = Of(Environment.ProcessId)!;

    /// <summary>Whether that very process still runs.</summary>
    public bool IsAlive => StartOf(Pid) == Started;

    static string? StartOf(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            // Process.StartTime adds the boot time, which moves with the clock. Ticks since boot and the boot's id are exact.
            try
            {
                return FromStat(File.ReadAllText($"/proc/{pid}/stat")) is { } ticks
                    ? ticks + "@" + File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()[..8]
                    : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Start time in a line of <c>/proc/PID/stat</c>; <see langword="null"/> for a process that is dead and only waits to be collected.</summary>
    internal static string? FromStat(string stat)
    {
        // The second field is the program's name in parentheses and may itself contain blanks and parentheses.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && fields[0] is not ("Z" or "X") ? fields[19] : null;
    }
}
