namespace AutoRest.Cli;

/// <summary>The checkout (or unpacked release) the tool works for: where init scripts, secrets and programs are.</summary>
sealed record Project(string Root)
{
    /// <summary>Names the project folder when the tool lies elsewhere.</summary>
    public const string HomeVariable = "AUTOREST_HOME";

    public string InitFolder => Path.Combine(Root, "postgres", "init");

    public string PgBouncerTemplate => Path.Combine(Root, "pgbouncer", "pgbouncer.ini");

    public string SecretsFolder => Path.Combine(Root, "secrets");

    /// <summary>Finds it: <c>AUTOREST_HOME</c>, else upwards from the program, else upwards from the working directory.</summary>
    public static Project Find()
    {
        if (Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 } home)
        {
            return IsRoot(home)
                ? new Project(Path.GetFullPath(home))
                : throw new CliError($"{HomeVariable} is \"{home}\", which has no postgres/init folder: set it to the folder that AutoRest was cloned into.");
        }

        return Upwards(AppContext.BaseDirectory) ?? Upwards(Environment.CurrentDirectory)
            ?? throw new CliError($"The AutoRest folder was not found: run this inside it, or set {HomeVariable} to it.");
    }

    static Project? Upwards(string? folder)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (IsRoot(folder))
            {
                return new Project(folder);
            }
        }

        return null;
    }

    static bool IsRoot(string folder) => File.Exists(Path.Combine(folder, "postgres", "init", "10-roles.sql"));

    /// <summary>
    /// The command that runs one of our programs. Looked for beside the tool (a release), then in the build output the tool itself comes
    /// from, then where <c>setup.sh</c> publishes.
    /// </summary>
    public IReadOnlyList<string> Program(string assembly, string folder, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            return File.Exists(given) ? Command(given) : throw new CliError($"{variable} is \"{given}\", which is no file: set it to the path of {assembly}.dll.");
        }

        return ProgramCandidates(AppContext.BaseDirectory, assembly, folder).FirstOrDefault(File.Exists) is { } found
            ? Command(found)
            : throw new CliError($"{assembly} is not built: run ./setup.sh (or `dotnet build -c Release {folder}`).");
    }

    /// <summary>Where a program may be, best first.</summary>
    internal IEnumerable<string> ProgramCandidates(string tool, string assembly, string folder)
    {
        var dll = assembly + ".dll";
        yield return Path.Combine(tool, dll);
        var published = assembly["autorest-".Length..];
        yield return Path.GetFullPath(Path.Combine(tool, "..", published, dll));
        // bin/<configuration>/net10.0: the configuration the tool was built with first.
        var own = tool.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";
        var other = own == "Debug" ? "Release" : "Debug";
        yield return Path.Combine(Root, folder, "bin", own, "net10.0", dll);
        yield return Path.Combine(Root, "artifacts", published, dll);
        yield return Path.Combine(Root, folder, "bin", other, "net10.0", dll);
    }

    static string[] Command(string file) => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? [Dotnet(), file] : [file];

    /// <summary>The command that runs this tool again.</summary>
    public static IReadOnlyList<string> Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet"
            ? [Environment.ProcessPath!, typeof(Project).Assembly.Location]
            : File.Exists(typeof(Project).Assembly.Location) ? [Dotnet(), typeof(Project).Assembly.Location] : [Environment.ProcessPath!];

    // The dotnet that runs us knows our framework; one found by the PATH may be another.
    static string Dotnet() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet" ? Environment.ProcessPath!
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host) ? host
        : Executables.Find("dotnet") ?? throw new CliError("The dotnet command was not found: install the .NET 10 runtime, or put it on the PATH.");
}
