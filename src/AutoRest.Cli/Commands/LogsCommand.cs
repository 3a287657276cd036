using System.CommandLine;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest logs</c>: the end of the logs, also of a stack that failed to start.</summary>
static class LogsCommand
{
    static readonly Argument<string[]> Components = new("component") { Description = "postgres, pgbouncer, server, proxy, supervisor; all when left out", Arity = ArgumentArity.ZeroOrMore };
    static readonly Option<int> Lines = new("--lines", "-n") { Description = "How many lines of each", DefaultValueFactory = _ => 20 };
    static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on printing what is added, until Ctrl-C" };

    public static Command Create()
    {
        var command = new Command("logs", "Prints the end of the logs") { Components, Lines, Follow, CommonOptions.Data };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = CommonOptions.DataOf(parsed);
            var present = Directory.Exists(data.Logs) ? Directory.GetFiles(data.Logs, "*.log").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).ToList() : [];
            var asked = parsed.GetValue(Components) is { Length: > 0 } names ? [.. names] : present;
            if (asked.FirstOrDefault(name => !present.Contains(name)) is { } unknown)
            {
                throw new CliError($"There is no log of \"{unknown}\": {(present.Count == 0 ? "nothing was started yet." : $"there are {string.Join(", ", present)}.")}");
            }

            var read = new Dictionary<string, long>();
            foreach (var name in asked)
            {
                read[name!] = LogTail.Length(data.Log(name!));
                Print(name!, LogTail.Read(data.Log(name!), lines: Math.Max(0, parsed.GetValue(Lines))), asked.Count);
            }

            while (parsed.GetValue(Follow) && !cancel.IsCancellationRequested)
            {
                await Task.Delay(300, cancel).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                foreach (var name in asked)
                {
                    var length = LogTail.Length(data.Log(name!));
                    if (length != read[name!])
                    {
                        // Shorter: put aside, and begun anew.
                        Print(name!, LogTail.Read(data.Log(name!), length < read[name!] ? 0 : read[name!], lines: int.MaxValue), asked.Count);
                        read[name!] = length;
                    }
                }
            }

            return 0;
        });
        return command;
    }

    static void Print(string name, IReadOnlyList<string> lines, int logs)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(logs > 1 ? $"{name,-10} | {line}" : line);
        }
    }
}
