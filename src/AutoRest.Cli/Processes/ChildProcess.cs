using System.Diagnostics;

namespace AutoRest.Cli.Processes;

/// <summary>A started component. Its output goes to its log file without passing through us, so it outlives us unharmed.</summary>
sealed class ChildProcess : IDisposable
{
    // Past this a start begins a new log, and keeps one old one.
    const long LargeLog = 10 * 1024 * 1024;

    readonly Process _process;
    readonly Component _component;

    ChildProcess(Component component, Process process, ProcessIdentity identity, string log, long logStart)
    {
        _component = component;
        _process = process;
        Identity = identity;
        LogPath = log;
        LogStart = logStart;
    }

    public ProcessIdentity Identity { get; }

    public string LogPath { get; }

    /// <summary>Length of the log when this process started.</summary>
    public long LogStart { get; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public static ChildProcess Start(Component component, DataFolder data)
    {
        var log = data.Log(component.Name);
        if (LogTail.Length(log) > LargeLog)
        {
            File.Move(log, log + ".1", overwrite: true);
        }

        var logStart = LogTail.Length(log);
        // Created by us and given away: the folder itself stays ours.
        File.Open(log, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite).Dispose();
        component.Account.Own(log);
        var start = new ProcessStartInfo { UseShellExecute = false, WorkingDirectory = data.Path };
        IEnumerable<string> command = component.Command;
        if (!OperatingSystem.IsWindows())
        {
            // exec: the shell becomes the program, so the number we get is the program's.
            command = [.. (IEnumerable<string>)["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log], .. OwnSession(), .. component.Command];
        }
        else
        {
            start.RedirectStandardOutput = start.RedirectStandardError = true;
        }

        start.FileName = command.First();
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in component.Environment)
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        component.Account.Apply(start);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CliError($"{component.Title} could not be started ({e.Message}): check that {component.Command[0]} can be run.");
        }

        if (OperatingSystem.IsWindows())
        {
            _ = Copy(process, log);
        }

        // A process that is gone already gets an identity that is never alive.
        var identity = ProcessIdentity.Of(process.Id) ?? new ProcessIdentity(process.Id, "");
        return new ChildProcess(component, process, identity, log, logStart);
    }

    // Ctrl-C in a terminal goes to the whole session: the children must not hear it, or they would all stop at once, in no order.
    static string[] OwnSession() =>
        Executables.Find("setsid") is { } setsid ? [setsid]
        : Executables.Find("perl") is { } perl ? [perl, "-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV"]
        : [];

    static async Task Copy(Process process, string log)
    {
        await using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await using var writer = TextWriter.Synchronized(new StreamWriter(file) { AutoFlush = true });
        var both = new[] { process.StandardOutput, process.StandardError }.Select(async reader =>
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                writer.WriteLine(line);
            }
        });
        await Task.WhenAll(both);
    }

    /// <summary>Ends it in order, or by force when it does not listen.</summary>
    public async Task Stop()
    {
        if (!_process.HasExited)
        {
            if (!OperatingSystem.IsWindows())
            {
                Native.Signal(_process.Id, _component.StopSignal);
            }
            else if (_component.StopCommand is { } stop)
            {
                using var stopper = Process.Start(new ProcessStartInfo(stop[0], stop.Skip(1)) { UseShellExecute = false });
            }
            else
            {
                _process.Kill(entireProcessTree: true);
            }

            using var patience = new CancellationTokenSource(_component.StopTimeout);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }
    }

    public void Dispose() => _process.Dispose();
}
