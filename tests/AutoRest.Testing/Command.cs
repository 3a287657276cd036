using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AutoRest.Testing;

/// <summary>What a finished program left.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>Signals by their Linux numbers.</summary>
public enum UnixSignal
{
    Hangup = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    User1 = 10,
    User2 = 12,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>Runs other programs.</summary>
public static class Command
{
    static readonly Lazy<(string Name, string Group)> Account = new(FindAccount);

    /// <summary>The full path of a program of <c>PATH</c>, or null.</summary>
    public static string? Find(string program)
    {
        // Debian keeps pgbouncer in /usr/sbin, which is not in the PATH of an ordinary user.
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/local/bin", "/usr/bin", "/usr/sbin", "/sbin"]);
        return folders.Where(f => f.Length > 0).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end and gives what it printed, whatever its exit code.</summary>
    public static async Task<CommandResult> TryRunAsync(string program, IEnumerable<string> arguments, string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null, string? input = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        }
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a program to its end and gives its standard output.</summary>
    /// <exception cref="InvalidOperationException">The exit code is not 0; the message holds what the program printed.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null, string? input = null, CancellationToken cancellationToken = default)
    {
        var list = arguments.ToArray();
        var result = await TryRunAsync(program, list, folder, environment, input, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', list)}: exit code {result.ExitCode}\n{result.Output}{result.Error}");
    }

    public static void Signal(int processId, UnixSignal signal)
    {
        // An error means that the process is gone already, which is what most signals here are for.
        _ = Kill(processId, (int)signal);
    }

    /// <summary>A new folder in the temporary folder that the unprivileged account owns.</summary>
    internal static async Task<string> CreateFolderAsync(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", [$"{Account.Value.Name}:{Account.Value.Group}", folder]);
        }
        return folder;
    }

    /// <summary>The command line that runs a program without root's rights: PostgreSQL and PgBouncer refuse to run as root.</summary>
    internal static (string Program, string[] Arguments) Unprivileged(string program, params string[] arguments) =>
        // setpriv, not runuser: it replaces itself by the program, so signals to the process reach the program.
        Environment.IsPrivilegedProcess
            ? ("setpriv", ["--reuid", Account.Value.Name, "--regid", Account.Value.Group, "--init-groups", "--", program, .. arguments])
            : (program, arguments);

    static (string Name, string Group) FindAccount()
    {
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(f => f.Length > 3).ToLookup(f => f[0], f => f[3]);
        return new[] { "postgres", "nobody" }.Where(accounts.Contains).Select(name => (name, accounts[name].First())).FirstOrDefault()
            is ({ } found, { } group)
                ? (found, group)
                : throw new InvalidOperationException("running as root, and there is neither an account postgres nor nobody to run PostgreSQL as");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int processId, int signal);
}
