using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AutoRest.Server;

/// <summary>
/// The native executable's file, as far as it is mapped into memory. Starting touches most of it once: frameworks set themselves up, types are laid out,
/// and the kernel maps the neighbours of every page. A server that has started needs a fraction of that, yet all of it would count as its resident set: 49
/// instead of 27 MB (bench/load --memory). A container's limit counts the kernel's cache of the file besides.
/// </summary>
static class ExecutablePages
{
    const int DontNeed = 4; // MADV_DONTNEED of madvise(2)

    /// <summary>Long enough for the first requests, whose pages are wanted again.</summary>
    static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gives the pages back once the server has started, of a native executable on Linux; anywhere else does nothing. What is needed again comes from the
    /// kernel's cache of the file, 16 pages at a time.
    /// </summary>
    public static async Task ReleaseAsync(Task started, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || RuntimeFeature.IsDynamicCodeSupported || Environment.ProcessPath is not { } executable)
        {
            return;
        }

        try
        {
            await started.WaitAsync(cancellationToken);
            await Task.Delay(Settled, cancellationToken);
            foreach (var (start, length) in Unwritten(File.ReadLines("/proc/self/smaps"), executable))
            {
                // Refused where memory is locked: then it stays, which does no harm.
                _ = madvise(start, length, DontNeed);
            }
        }
        catch (Exception)
        {
            // Shutting down, or no /proc, or no such function: memory is saved or not, and this must never be what ends a server.
        }
    }

    /// <summary>
    /// Mappings of a file without a page of their own, present or swapped out: none was written to, neither now (no permission) nor before (relocated tables,
    /// write-protected since), so that the file has all there is in them.
    /// </summary>
    /// <param name="smaps">Lines of <c>/proc/PID/smaps</c>, proc_pid_smaps(5).</param>
    internal static IEnumerable<(nint Start, nuint Length)> Unwritten(IEnumerable<string> smaps, string path)
    {
        (nint Start, nuint Length)? mapping = null;
        var hasNoPages = false;
        foreach (var line in smaps)
        {
            // "7f00-7f10 r-xp 00000000 fe:00 12  /path", then "Name:  12 kB" for each figure.
            var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields is [var range, ..] && range.Split('-') is [var from, var to] && ulong.TryParse(from, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var start)
                && ulong.TryParse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var end))
            {
                mapping = fields is [_, var permissions, _, _, _, var file] && !permissions.Contains('w') && file == path
                    ? ((nint)start, (nuint)(end - start))
                    : null;
                hasNoPages = false;
            }
            else if (fields is ["Anonymous:", var present, ..])
            {
                hasNoPages = present == "0";
            }
            else if (mapping is { } unwritten && hasNoPages && fields is ["Swap:", "0", ..])
            {
                yield return unwritten;
            }
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int madvise(nint start, nuint length, int advice);
}
