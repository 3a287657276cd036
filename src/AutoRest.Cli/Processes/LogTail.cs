using System.Text;

namespace AutoRest.Cli.Processes;

/// <summary>Reads the end of a log file.</summary>
static class LogTail
{
    /// <summary>The last lines written since <paramref name="from"/>; what an earlier run wrote is not this run's reason.</summary>
    public static IReadOnlyList<string> Read(string path, long from = 0, int lines = 12)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Max(Math.Min(from, file.Length), file.Length - 64 * 1024);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return [.. reader.ReadToEnd().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).TakeLast(lines)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    public static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
