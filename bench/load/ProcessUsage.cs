using System.Globalization;
using System.Runtime.InteropServices;

namespace AutoRest.Load;

/// <summary>Processor time and memory of other processes, from <c>/proc</c>.</summary>
static class ProcessUsage
{
    static readonly double TicksPerSecond = SysConf(2);

    /// <summary>Processor time of a process.</summary>
    public static TimeSpan Of(int process) => StatOf(process) is { } stat ? Time(stat.Own) : TimeSpan.Zero;

    /// <summary>Processor time of a process and all its children, those that have ended included.</summary>
    public static TimeSpan OfTree(int root)
    {
        while (StatOf(root) is { } before)
        {
            var ticks = before.Own + before.Ended;
            foreach (var process in All())
            {
                if (StatOf(process) is { } stat && stat.Parent == root)
                {
                    ticks += stat.Own;
                }
            }

            // A child that ended meanwhile was counted in neither place, or in both.
            if (StatOf(root)?.Ended == before.Ended)
            {
                return Time(ticks);
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>A child of this process by its program's name.</summary>
    public static int? FindChild(string name) => All()
        .Where(p => StatOf(p) is { } stat && stat.Parent == Environment.ProcessId && stat.Name == name)
        .Cast<int?>().FirstOrDefault();

    /// <summary>Resident memory in bytes.</summary>
    public static long ResidentOf(int process) => StatusOf(process, "VmRSS:");

    /// <summary>The most that was resident since the last <see cref="ForgetPeak"/>.</summary>
    public static long PeakOf(int process) => StatusOf(process, "VmHWM:");

    public static void ForgetPeak(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    /// <summary>Processor time of the calling thread.</summary>
    public static TimeSpan OfThisThread()
    {
        _ = ClockGetTime(3, out var time);
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0);
    }

    static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(static d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(static id => id > 0);

    static (string Name, int Parent, long Own, long Ended)? StatOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            // The name may hold blanks and parentheses.
            var open = text.IndexOf('(', StringComparison.Ordinal);
            var close = text.LastIndexOf(')');
            var fields = text[(close + 2)..].Split(' ');
            return (text[(open + 1)..close], (int)Field(1), Field(11) + Field(12), Field(13) + Field(14));

            long Field(int i) => long.Parse(fields[i], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    static long StatusOf(int process, string name)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    static TimeSpan Time(long ticks) => TimeSpan.FromSeconds(ticks / TicksPerSecond);

    [StructLayout(LayoutKind.Sequential)]
    struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "sysconf")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern nint SysConf(int name);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int ClockGetTime(int clock, out TimeSpec time);
}
