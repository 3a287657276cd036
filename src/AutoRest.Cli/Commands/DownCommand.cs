using System.CommandLine;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest down</c>: stops a running stack, wherever it was started.</summary>
static class DownCommand
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Command Create()
    {
        var command = new Command("down", "Stops everything that `up` started") { CommonOptions.Data };
        command.SetAction((parsed, cancel) => Run(CommonOptions.DataOf(parsed), cancel));
        return command;
    }

    public static async Task<int> Run(DataFolder data, CancellationToken cancel)
    {
        if (StackState.Read(data.StateFile) is not { } state)
        {
            Console.WriteLine("The stack is not running.");
            return 0;
        }

        if (state.IsRunning)
        {
            Ask(data);
            var deadline = DateTime.UtcNow + Patience;
            while (state.Supervisor.IsAlive)
            {
                if (DateTime.UtcNow > deadline)
                {
                    throw new CliError($"The stack did not stop within {Patience.TotalSeconds:0} s: look at {data.Logs}, or end process {state.Supervisor.Pid} and run `autorest down` again.");
                }

                await Task.Delay(100, cancel);
            }

            state = StackState.Read(data.StateFile) ?? state;
        }

        // Nothing, unless the supervisor was killed.
        var leftovers = await Leftovers.Stop(state);
        File.Delete(data.StateFile);
        File.Delete(data.StopFile);
        Console.WriteLine(leftovers.Count > 0 ? $"Stopped what a killed stack had left running: {string.Join(", ", leftovers)}." : "Stopped.");
        return 0;
    }

    static void Ask(DataFolder data)
    {
        try
        {
            File.WriteAllText(data.StopFile, "");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliError("The stack was started by another user: stop it as that user.");
        }
    }
}
