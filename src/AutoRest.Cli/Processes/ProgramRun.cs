using System.Diagnostics;

namespace AutoRest.Cli.Processes;

/// <summary>A program that runs to its end.</summary>
/// <param name="ExitCode">0: done.</param>
/// <param name="Output">What it said.</param>
/// <param name="Complaints">The end of what it said on standard error.</param>
sealed record ProgramRun(int ExitCode, string Output, IReadOnlyList<string> Complaints)
{
    const int Kept = 12;

    /// <summary>Runs it; on cancellation it is ended.</summary>
    /// <param name="program">Full path.</param>
    /// <param name="variables">Set, or with <see langword="null"/> taken away.</param>
    /// <param name="account">Who it runs as.</param>
    /// <param name="said">Told every line of standard error as it comes.</param>
    /// <param name="folder">Where it runs; <see langword="null"/>: where we do.</param>
    /// <param name="input">Writes its standard input, which may be closed before all of it is read.</param>
    /// <param name="output">File, already there, that its standard output goes to; <see langword="null"/>: into <see cref="Output"/>.</param>
    public static async Task<ProgramRun> Run(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables, CancellationToken cancel, OsAccount? account = null, Action<string>? said = null,
        string? folder = null, Func<Stream, Task>? input = null, string? output = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (account is { Name: not null })
        {
            // Its own folder may be closed to that account.
            start.WorkingDirectory = "/";
            account.Apply(start);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
            if (value is null)
            {
                start.Environment.Remove(name);
            }
        }

        // Messages are read: by progress, and by people who search for them.
        start.Environment["LC_MESSAGES"] = "C";
        using var process = Process.Start(start) ?? throw new CliError($"{program} could not be started.");
        var writing = Write(process.StandardInput, input);
        var written = Read(process.StandardOutput, output);
        var complaints = new Queue<string>();
        var reading = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
            {
                said?.Invoke(line);
                complaints.Enqueue(line);
                if (complaints.Count > Kept)
                {
                    complaints.Dequeue();
                }
            }
        }, CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        await reading;
        await writing;
        return new ProgramRun(process.ExitCode, await written, [.. complaints]);
    }

    static async Task Write(StreamWriter standardInput, Func<Stream, Task>? input)
    {
        try
        {
            if (input is not null)
            {
                await input(standardInput.BaseStream);
            }

            standardInput.Close();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It has read what it needs, or ended: the exit code tells which.
        }
    }

    static async Task<string> Read(StreamReader standardOutput, string? output)
    {
        if (output is null)
        {
            return await standardOutput.ReadToEndAsync(CancellationToken.None);
        }

        await using var file = new FileStream(output, FileMode.Open, FileAccess.Write);
        await standardOutput.BaseStream.CopyToAsync(file, CancellationToken.None);
        return "";
    }
}
