using AutoRest.Introspection;

namespace AutoRest.Server.Errors;

/// <summary>
/// One refusal, whole: code, status and texts together, so that no throw site chooses a status. Sealed records by code range live in the other
/// files of this folder. contract/errors.md.
/// </summary>
public abstract record ApiError(string Code, int Status)
{
    /// <summary>What is wrong, in the client's words.</summary>
    public abstract string Message { get; }

    /// <summary>What was searched or found; null is written as <c>null</c>.</summary>
    public virtual string? Details => null;

    /// <summary>UTF-8 JSON written for <c>details</c> in place of <see cref="Details"/>: PGRST201 lists objects there.</summary>
    public virtual ReadOnlyMemory<byte>? DetailsJson => null;

    /// <summary>What to type instead; null is written as <c>null</c>.</summary>
    public virtual string? Hint => null;

    /// <summary>The <c>WWW-Authenticate</c> value, where the error carries one.</summary>
    public virtual string? WwwAuthenticate => null;

    /// <summary>The reason phrase, where the error sets its own (<c>PTxyz</c>, <c>PGRST</c>).</summary>
    public virtual string? ReasonPhrase => null;

    /// <summary>Headers the error adds to the standard ones (SQLSTATE <c>PGRST</c>).</summary>
    public virtual IReadOnlyList<KeyValuePair<string, string>> Headers => [];
}

/// <summary>The only carrier of an <see cref="ApiError"/>: thrown where it is known, caught once, in <c>RestHandler</c>.</summary>
public sealed class ApiException(ApiError error) : Exception(error.Message)
{
    public ApiError Error { get; } = error;
}
