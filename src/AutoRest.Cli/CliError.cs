namespace AutoRest.Cli;

/// <summary>A failure the user can mend. The message is one sentence: what is wrong and what to do.</summary>
/// <param name="message">The sentence.</param>
/// <param name="log">Last lines of a log that explain it; printed below the sentence.</param>
sealed class CliError(string message, IReadOnlyList<string>? log = null) : Exception(message)
{
    public IReadOnlyList<string> Log { get; } = log ?? [];
}
