using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>How the rows of a result become a body. contract/representations.md §3.</summary>
public enum BodyFormat
{
    Json,
    SingularJson,
    SingularJsonStripped,
    ArrayJsonStripped,
    Csv,
    GeoJson,
    NdJson,

    /// <summary>An aggregate or function declared in the database.</summary>
    Custom,
}

/// <summary>The outcome of content negotiation.</summary>
/// <param name="MediaType">What the response is labelled.</param>
/// <param name="Handler">The aggregate, for <see cref="BodyFormat.Custom"/>.</param>
/// <param name="Plan">The execution plan is wanted instead of the rows.</param>
public sealed record NegotiatedBody(MediaType MediaType, BodyFormat Format, MediaHandler? Handler, PlanOptions? Plan)
{
    public bool IsSingular => Format is BodyFormat.SingularJson or BodyFormat.SingularJsonStripped;
}

/// <summary>Versions of the OpenAPI document.</summary>
public enum DocumentVersion
{
    /// <summary>What the contract knows. contract/openapi.md.</summary>
    Swagger2,

    /// <summary>Ours.</summary>
    OpenApi31,
}

/// <summary>What a request will do, with every name resolved. Making SQL of it cannot fail.</summary>
public abstract record ActionPlan
{
    ActionPlan()
    {
    }

    /// <param name="LegacyNames">For the <c>Warning</c> header.</param>
    public sealed record Read(ReadPlan Plan, NegotiatedBody Body, bool HeadersOnly, ImmutableArray<(string Target, string Alias)> LegacyNames)
        : ActionPlan;

    /// <param name="Returned">What is read back, for <c>return=representation</c>; resolved in any case so that its errors surface.</param>
    public sealed record Mutate(
        MutatePlan Plan, ReadPlan Returned, NegotiatedBody Body, ImmutableArray<(string Target, string Alias)> LegacyNames) : ActionPlan;

    /// <param name="Result">What is read of the rows the function returns.</param>
    public sealed record Call(
        CallPlan Plan, ReadPlan Result, NegotiatedBody Body, bool HeadersOnly, ImmutableArray<(string Target, string Alias)> LegacyNames)
        : ActionPlan;

    /// <summary>The document that describes a schema.</summary>
    /// <param name="MediaType">What the response is labelled.</param>
    public sealed record Inspect(DocumentVersion Version, MediaType MediaType, bool HeadersOnly) : ActionPlan;

    /// <summary>OPTIONS: answered without a transaction.</summary>
    /// <param name="Allow">Value of <c>Allow</c>.</param>
    public sealed record Info(string Allow) : ActionPlan;
}

/// <summary>A change of a relation. contract/writes.md.</summary>
/// <param name="Columns">Target columns C, sorted by name; empty where the payload names none.</param>
/// <param name="Payload">Null for DELETE.</param>
/// <param name="Where">Root filters and logic: which rows to change. For PUT, the key filters.</param>
/// <param name="ConflictColumns">Conflict target of an upsert; empty for a plain insert.</param>
/// <param name="Resolution">What happens on conflict; null for a plain insert.</param>
/// <param name="MergeDefaults"><c>missing=default</c>.</param>
/// <param name="Returning">Columns the mutation returns; null is all of them; empty is none (<c>RETURNING 1</c>).</param>
/// <param name="ReturnsRows">The body is the changed rows.</param>
/// <param name="LocatesRow">A <c>Location</c> is wanted: the key of the row comes back.</param>
public sealed record MutatePlan(
    MutationKind Kind,
    QualifiedIdentifier Relation,
    Table Table,
    ImmutableArray<PayloadColumn> Columns,
    Payload? Payload,
    Parameter? PayloadParameter,
    ImmutableArray<ResolvedLogic> Where,
    ImmutableArray<string> ConflictColumns,
    ResolutionPreference? Resolution,
    bool MergeDefaults,
    ImmutableArray<string>? Returning,
    bool ReturnsRows,
    bool LocatesRow);

/// <summary>A column a payload sets.</summary>
/// <param name="FromJson">The domain's json cast, applied to the payload's value.</param>
public sealed record PayloadColumn(Column Column, QualifiedIdentifier? FromJson);

/// <summary>A call of a function. contract/functions.md.</summary>
/// <param name="Arguments">Parameters passed, in declaration order.</param>
public sealed record CallPlan(Routine Routine, ImmutableArray<CallArgument> Arguments, Payload? Payload, InvokeMethod Method);

/// <summary>A parameter of a function and the text bound for it; null text where the payload carries it.</summary>
public sealed record CallArgument(RoutineParameter Parameter, Parameter? Value);
