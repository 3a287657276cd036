using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AutoRest.Cli.Processes;

/// <summary>A program that takes over our terminal until it ends.</summary>
static class PassThrough
{
    /// <summary>Runs it with our input and output. Returns its exit code.</summary>
    /// <param name="variables">Set, or with <see langword="null"/> taken away.</param>
    public static async Task<int> Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = folder ?? "" };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
            if (value is null)
            {
                start.Environment.Remove(name);
            }
        }

        // Ctrl-C is meant for it: it ends a query, not psql, and so not us.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
