using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

public enum ReturnPreference
{
    Minimal,
    HeadersOnly,
    Representation,
}

public enum ResolutionPreference
{
    MergeDuplicates,
    IgnoreDuplicates,
}

public enum MissingPreference
{
    Null,
    Default,
}

public enum CountPreference
{
    Exact,
    Planned,
    Estimated,
}

public enum TransactionPreference
{
    Commit,
    Rollback,
}

public enum HandlingPreference
{
    Lenient,
    Strict,
}

/// <summary>The <c>Prefer</c> header; a member is null when the client did not ask. contract/writes.md §10; RFC 7240.</summary>
/// <param name="Transaction">Null also where <c>db-tx-end</c> allows no override.</param>
/// <param name="Invalid">Tokens not recognised, in order; matter with <c>handling=strict</c> only.</param>
public sealed record Preferences(
    ReturnPreference? Return,
    ResolutionPreference? Resolution,
    MissingPreference? Missing,
    CountPreference? Count,
    TransactionPreference? Transaction,
    HandlingPreference? Handling,
    string? Timezone,
    int? MaxAffected,
    ImmutableArray<string> Invalid)
{
    public static Preferences None { get; } = new(null, null, null, null, null, null, null, null, []);
}
