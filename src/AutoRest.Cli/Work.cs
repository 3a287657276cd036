using System.Globalization;
using Spectre.Console;

namespace AutoRest.Cli;

/// <summary>Shows long work: a bar in a terminal, else a line at its beginning.</summary>
static class Work
{
    /// <summary>Runs it.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="quiet">Show nothing: standard output is for a machine.</param>
    /// <param name="work">Is given a function that takes the part done, 0 to 1.</param>
    public static async Task<T> Run<T>(string title, bool quiet, Func<Action<double>, Task<T>> work)
    {
        if (quiet)
        {
            return await work(_ => { });
        }

        if (AnsiConsole.Profile.Capabilities.Interactive)
        {
            return await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async shown =>
            {
                var bar = shown.AddTask(Markup.Escape(title));
                var result = await work(part => bar.Value = 100 * Math.Clamp(part, 0, 1));
                bar.Value = 100;
                return result;
            });
        }

        Console.WriteLine($"{title} …");
        return await work(_ => { });
    }

    /// <summary>Bytes for people.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return $"{value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {units[unit]}";
    }
}

/// <summary>Questions whose answer may destroy something.</summary>
static class Confirm
{
    /// <summary>Asks, unless told not to. Where nobody can answer it is refused: a script must say that it means it.</summary>
    /// <param name="question">What would happen.</param>
    /// <param name="yes"><c>--yes</c>.</param>
    /// <exception cref="CliError">Not a terminal, or the answer is no.</exception>
    public static void Ask(string question, bool yes)
    {
        if (yes)
        {
            return;
        }

        if (Console.IsInputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
        {
            throw new CliError($"{question} There is no terminal to ask in: say --yes if that is meant.");
        }

        if (!AnsiConsole.Confirm(Markup.Escape(question) + " Go on?", defaultValue: false))
        {
            throw new CliError("Nothing was changed.");
        }
    }
}
