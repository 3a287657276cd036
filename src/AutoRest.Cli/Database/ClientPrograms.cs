using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Database;

/// <summary>PostgreSQL's client programs, run for one login: those of this machine, or those in the database's container.</summary>
abstract class ClientPrograms
{
    /// <summary>Runs one to its end.</summary>
    /// <param name="name">Such as <c>pg_dump</c>.</param>
    /// <param name="database">Which database of the server.</param>
    /// <param name="input">File that <c>pg_restore</c> reads.</param>
    /// <param name="output">File, already there, that <c>pg_dump</c> writes.</param>
    /// <param name="said">Told every line of standard error as it comes.</param>
    public abstract Task<ProgramRun> Run(
        string name, IReadOnlyList<string> arguments, string database, CancellationToken cancel, string? input = null, string? output = null, Action<string>? said = null);
}

/// <summary>Those of this machine.</summary>
/// <param name="cluster">Major version of the server, when it is ours.</param>
sealed class LocalPrograms(DatabaseTarget target, int? cluster) : ClientPrograms
{
    // Files by name: a dump that is written into a pipe lacks the offsets that a parallel restore needs.
    public override Task<ProgramRun> Run(string name, IReadOnlyList<string> arguments, string database, CancellationToken cancel, string? input = null, string? output = null, Action<string>? said = null) =>
        ProgramRun.Run(
            PostgresPrograms.Find(name, cluster),
            [.. arguments, .. output is null ? (string[])[] : ["--file", output], .. input is null ? (string[])[] : [input]],
            target.LibpqVariables(database), cancel, said: said);
}
