namespace AutoRest.Cli;

/// <summary>Looks for programs.</summary>
static class Executables
{
    /// <summary>File name of a program on this system.</summary>
    public static string FileName(string name) => OperatingSystem.IsWindows() ? name + ".exe" : name;

    /// <summary>Full path of a program on the PATH or in one of the given folders, or <see langword="null"/>.</summary>
    public static string? Find(string name, params IEnumerable<string> moreFolders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(moreFolders)
            .Select(folder => Path.Combine(folder, FileName(name)))
            .FirstOrDefault(File.Exists);
}
