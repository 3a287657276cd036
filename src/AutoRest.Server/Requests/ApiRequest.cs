using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>How a mutation changes a relation.</summary>
public enum MutationKind
{
    Insert,
    Update,
    Delete,

    /// <summary>PUT: insert or update one row by primary key.</summary>
    SingleUpsert,
}

/// <summary>How a function is called: decides access mode and where arguments come from.</summary>
public enum InvokeMethod
{
    Get,
    Head,
    Post,
}

/// <summary>What a request wants of which object. contract/requests.md §2.</summary>
public abstract record RequestAction
{
    RequestAction()
    {
    }

    public sealed record Read(QualifiedIdentifier Relation, bool HeadersOnly) : RequestAction;

    public sealed record Mutate(QualifiedIdentifier Relation, MutationKind Kind) : RequestAction;

    public sealed record Call(QualifiedIdentifier Routine, InvokeMethod Method) : RequestAction;

    /// <summary>The root document.</summary>
    public sealed record Inspect(bool HeadersOnly) : RequestAction;

    /// <summary>The OpenAPI 3.1 document at the path of its own. Ours.</summary>
    public sealed record Describe(bool HeadersOnly) : RequestAction;

    /// <summary>OPTIONS on a relation.</summary>
    public sealed record RelationInfo(QualifiedIdentifier Relation) : RequestAction;

    /// <summary>OPTIONS on a function.</summary>
    public sealed record RoutineInfo(QualifiedIdentifier Routine) : RequestAction;

    /// <summary>OPTIONS on the root or the document.</summary>
    public sealed record RootInfo : RequestAction;
}

/// <summary>The request line and headers, as received.</summary>
/// <param name="Path">Raw, still percent-encoded, without the query string and without the base path.</param>
/// <param name="Query">Raw, without the leading <c>?</c>.</param>
public sealed record RequestHead(string Method, string Path, string Query, IHeaderDictionary Headers)
{
    /// <summary>Splits a request target.</summary>
    /// <param name="basePath">
    /// Setting <c>ar-base-path</c>. What is below it is served as if it was not there, as behind a gateway that takes it off: neither functions
    /// (<c>request.path</c>) nor clients (<c>Location</c>, <c>Content-Location</c>) see it.
    /// </param>
    /// <exception cref="ApiException"><see cref="InvalidPath"/> (PGRST125) outside of the base path.</exception>
    public static RequestHead Of(string method, string target, IHeaderDictionary headers, string? basePath)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (start, end) = (0, mark < 0 ? target.Length : mark);
        if (basePath is { Length: > 0 })
        {
            start = basePath.Length;
            // /rest/v10 is not below /rest/v1.
            if (!target.AsSpan(0, end).StartsWith(basePath, StringComparison.Ordinal) || (end > start && target[start] != '/'))
            {
                throw new ApiException(new InvalidPath());
            }
        }

        return new RequestHead(method, target[start..end], mark < 0 ? "" : target[(mark + 1)..], headers);
    }
}

/// <summary>A request, understood without any knowledge of the database.</summary>
/// <param name="Range">The root's range: header ∩ limit/offset (contract/requests.md §9.2).</param>
/// <param name="Accept">By preference, best first.</param>
/// <param name="Schema">Selected by profile header; the first of <c>db-schemas</c> otherwise.</param>
/// <param name="SchemaNegotiated">The client sent the profile header that counts, or several schemas are exposed: <c>Content-Profile</c> is answered.</param>
public sealed partial record ApiRequest(
    RequestAction Action,
    QueryParams Query,
    Preferences Preferences,
    RowRange Range,
    ImmutableArray<MediaType> Accept,
    MediaType ContentType,
    string Schema,
    bool SchemaNegotiated,
    Payload? Payload,
    RequestHead Head);
