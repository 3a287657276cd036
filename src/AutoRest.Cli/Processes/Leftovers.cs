namespace AutoRest.Cli.Processes;

/// <summary>Components whose supervisor was killed: ended by number and start time, never by name.</summary>
static class Leftovers
{
    /// <summary>Ends them in reverse order. Returns the names of those that ran.</summary>
    public static async Task<IReadOnlyList<string>> Stop(StackState state)
    {
        var ended = new List<string>();
        foreach (var component in state.Components.Reverse())
        {
            if (component.Process is not { IsAlive: true } process)
            {
                continue;
            }

            ended.Add(component.Name);
            // PostgreSQL: interrupt is its fast shutdown; terminate would wait for clients to leave.
            await Stop(process, component.Name == "postgres" ? Native.Interrupt : Native.Terminate);
            if (process.IsAlive)
            {
                throw new CliError($"Process {process.Pid} ({component.Name}) could not be stopped: stop it as the user who started it.");
            }
        }

        return ended;
    }

    static async Task Stop(ProcessIdentity process, int signal)
    {
        foreach (var (attempt, patience) in new[] { (signal, 200), (Native.Kill, 50) })
        {
            if (OperatingSystem.IsWindows())
            {
                System.Diagnostics.Process.GetProcessById(process.Pid).Kill(entireProcessTree: true);
            }
            else
            {
                Native.Signal(process.Pid, attempt);
            }

            for (var i = 0; i < patience && process.IsAlive; i++)
            {
                await Task.Delay(100);
            }

            if (!process.IsAlive)
            {
                return;
            }
        }
    }
}
