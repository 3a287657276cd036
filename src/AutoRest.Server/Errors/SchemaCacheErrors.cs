using System.Collections.Immutable;
using AutoRest.Introspection;

namespace AutoRest.Server.Errors;

// Group 2 of contract/errors.md §2: names the schema cache does not know, or knows too often. Suggestions come from Suggestions.

/// <summary>PGRST200: no relationship between two relations.</summary>
/// <param name="Parent">The origin's name.</param>
/// <param name="Child">The target's text in the request.</param>
/// <param name="EmbedHint">The text after <c>!</c>, if any.</param>
/// <param name="Suggestion">The whole hint, as <see cref="Suggestions"/> words it, or null.</param>
public sealed record NoRelationship(string Parent, string Child, string? EmbedHint, string Schema, string? Suggestion) : ApiError("PGRST200", 400)
{
    public override string Message => $"Could not find a relationship between '{Parent}' and '{Child}' in the schema cache";

    public override string Details =>
        $"Searched for a foreign key relationship between '{Parent}' and '{Child}'{(EmbedHint is null ? "" : $" using the hint '{EmbedHint}'")} in the schema '{Schema}', but no matches were found.";

    public override string? Hint => Suggestion;
}

/// <summary>PGRST201: several relationships fit.</summary>
/// <param name="Choices">What to write instead, e.g. <c>users!lead_fkey</c>, in the order of the details.</param>
/// <param name="Relationships">UTF-8 JSON array of contract/embedding.md §15.</param>
public sealed record AmbiguousRelationship(string Parent, string Child, ImmutableArray<string> Choices, ReadOnlyMemory<byte> Relationships)
    : ApiError("PGRST201", 300)
{
    public override string Message => $"Could not embed because more than one relationship was found for '{Parent}' and '{Child}'";

    public override ReadOnlyMemory<byte>? DetailsJson => Relationships;

    public override string Hint =>
        $"Try changing '{Child}' to one of the following: {string.Join(", ", Choices.Select(static c => $"'{c}'"))}. Find the desired relationship in the 'details' key.";
}

/// <summary>What kind of call PGRST202 was about; decides its wording.</summary>
public enum RoutineCallKind
{
    /// <summary>GET, HEAD, a form or CSV.</summary>
    Named,

    /// <summary>POST with JSON: one unnamed json parameter would do too.</summary>
    PostedJson,

    /// <summary>POST with text/plain.</summary>
    RawText,

    /// <summary>POST with text/xml.</summary>
    RawXml,

    /// <summary>POST with application/octet-stream.</summary>
    RawBytes,
}

/// <summary>PGRST202: no function of that name takes those arguments.</summary>
/// <param name="Keys">Argument keys sorted by code point.</param>
/// <param name="Suggestion">The whole hint, as <see cref="Suggestions"/> words it, or null; dropped for raw bodies.</param>
public sealed record NoRoutine(QualifiedIdentifier Name, ImmutableArray<string> Keys, RoutineCallKind Kind, string? Suggestion)
    : ApiError("PGRST202", 404)
{
    bool IsRaw => Kind is RoutineCallKind.RawText or RoutineCallKind.RawXml or RoutineCallKind.RawBytes;

    // Not Name.ToString(): an empty schema does not occur here, and an empty name must show its dot.
    string Function => $"{Name.Schema}.{Name.Name}";

    public override string Message
    {
        get
        {
            var keys = IsRaw ? "" : Keys.IsEmpty ? " without parameters" : $"({string.Join(", ", Keys)})";
            return $"Could not find the function {Function}{keys} in the schema cache";
        }
    }

    public override string Details => $"Searched for the function {Function}{Searched}, but no matches were found in the schema cache.";

    public override string? Hint => IsRaw ? null : Suggestion;

    string Searched => Kind switch
    {
        RoutineCallKind.RawText => " with a single unnamed text parameter",
        RoutineCallKind.RawXml => " with a single unnamed xml parameter",
        RoutineCallKind.RawBytes => " with a single unnamed bytea parameter",
        RoutineCallKind.PostedJson => Parameters + " or with a single unnamed json/jsonb parameter",
        _ => Parameters,
    };

    string Parameters => Keys.Length switch
    {
        0 => " without parameters",
        1 => $" with parameter {Keys[0]}",
        _ => $" with parameters {string.Join(", ", Keys)}",
    };
}

/// <summary>PGRST203: several overloads fit.</summary>
/// <param name="Candidates">In the order of contract/functions.md §3.</param>
public sealed record AmbiguousRoutine(ImmutableArray<Routine> Candidates) : ApiError("PGRST203", 300)
{
    public override string Message =>
        $"Could not choose the best candidate function between: {string.Join(", ", Candidates.Select(Describe))}";

    public override string Hint => "Try renaming the parameters or the function itself in the database so function overloading can be resolved";

    static string Describe(Routine routine) =>
        $"{routine.Name}({string.Join(", ", routine.Parameters.Select(static p => $"{p.Name} => {p.Type}"))})";
}

/// <summary>PGRST204: the payload or <c>columns</c> names a column the relation does not have.</summary>
public sealed record UnknownColumn(string Column, string Relation) : ApiError("PGRST204", 400)
{
    public override string Message => $"Could not find the '{Column}' column of '{Relation}' in the schema cache";
}

/// <summary>AR201: an operator or function of the setting <c>ar-operators</c> that the database does not have, or whose function is volatile. Ours: contract/beyond.md, entry 18.</summary>
/// <param name="Name">As clients call it: which operator it stands for is not theirs to know.</param>
public sealed record UnusableOperator(string Name, string Objection) : ApiError("AR201", 400)
{
    public override string Message => $"The operator '{Name}' cannot be used";

    public override string Details => Objection;
}

/// <summary>PGRST205: no such relation.</summary>
/// <param name="Suggestion">The whole hint, as <see cref="Suggestions"/> words it, or null.</param>
public sealed record UnknownTable(QualifiedIdentifier Name, string? Suggestion) : ApiError("PGRST205", 404)
{
    public override string Message => $"Could not find the table '{Name.Schema}.{Name.Name}' in the schema cache";

    public override string? Hint => Suggestion;
}
