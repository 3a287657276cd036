using System.Collections.Immutable;

namespace AutoRest.Cli.Commands;

/// <summary>Which schemas the API exposes.</summary>
static class Exposed
{
    /// <summary>Those asked for, else <c>PGRST_DB_SCHEMAS</c>, else the usual one. The first is the default schema.</summary>
    public static ImmutableArray<string> Schemas(string[] options, string usual)
    {
        var asked = Split(options);
        var configured = asked.IsEmpty ? Split([Environment.GetEnvironmentVariable("PGRST_DB_SCHEMAS") ?? ""]) : asked;
        return configured.IsEmpty ? [usual] : configured;
    }

    static ImmutableArray<string> Split(string[] lists) =>
        [.. lists.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];
}
