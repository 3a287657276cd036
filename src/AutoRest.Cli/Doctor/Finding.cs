namespace AutoRest.Cli.Doctor;

/// <summary>How much a finding matters, and with it the exit code of <c>doctor</c>.</summary>
enum Severity
{
    /// <summary>Worth knowing; may well be meant. Exit code 0.</summary>
    Hint,

    /// <summary>Works, but is slower or less protected than it could be. Exit code 2.</summary>
    Warning,

    /// <summary>Does not work, or gives away what it should not. Exit code 3.</summary>
    Error,
}

/// <summary>One thing that <c>doctor</c> found.</summary>
/// <param name="Check">Which check found it: stable, for scripts.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Subject">What it is about: a role, a table, a file.</param>
/// <param name="Message">What is wrong and what follows from it; one sentence.</param>
/// <param name="Sql">Statements that mend it, run by the database's owner; else <see langword="null"/>.</param>
/// <param name="Command">What to do outside the database; else <see langword="null"/>.</param>
sealed record Finding(string Check, Severity Severity, string Subject, string Message, string? Sql = null, string? Command = null);

/// <summary>Everything a run of <c>doctor</c> says.</summary>
/// <param name="Facts">What was seen and is in order: name and value, in the order of looking.</param>
/// <param name="Findings">Worst first.</param>
sealed record Report(IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<Finding> Findings)
{
    public int Count(Severity severity) => Findings.Count(finding => finding.Severity == severity);

    /// <summary>0: nothing worse than hints; 2: warnings; 3: errors. (1 is a command that could not run.)</summary>
    public int ExitCode => Count(Severity.Error) > 0 ? 3 : Count(Severity.Warning) > 0 ? 2 : 0;
}
