using System.Reflection;

namespace AutoRest.Testing;

/// <summary>Where the sources and the built programs are.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>AutoRest.slnx</c>, found upwards from the running test.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary><c>Debug</c> or <c>Release</c>: the configuration this library, and so everything beside it, was built in.</summary>
    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    /// <summary>A path below <see cref="Root"/>.</summary>
    public static string File(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The built output of a project: <c>Output("src/AutoRest.Server", "autorest-server.dll")</c>.</summary>
    public static string Output(string project, string file) => File(project, "bin", Configuration, "net10.0", file);

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "AutoRest.slnx")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException($"AutoRest.slnx is in no folder above {AppContext.BaseDirectory}");
    }
}
