using System.Collections.Immutable;

namespace AutoRest.Cli.Commands;

/// <summary>Which schemas the API exposes.</summary>
static class Exposed
{
    /// <summary>Those asked for, else <c>PGRST_DB_SCHEMAS</c>, else the usual one. The first is the default schema.</summary>
    /// <param name="configured">Whether <c>PGRST_DB_SCHEMAS</c> counts: it does not reach containers.</param>
    public static ImmutableArray<string> Schemas(string[] options, string usual, bool configured = true)
    {
        var asked = Split(options);
        var chosen = asked.IsEmpty && configured ? Split([Environment.GetEnvironmentVariable("PGRST_DB_SCHEMAS") ?? ""]) : asked;
        return chosen.IsEmpty ? [usual] : chosen;
    }

    static ImmutableArray<string> Split(string[] lists) =>
        [.. lists.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];
}
