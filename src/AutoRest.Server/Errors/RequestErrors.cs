using System.Collections.Immutable;
using System.Globalization;

namespace AutoRest.Server.Errors;

// Group 1 of contract/errors.md §2: what is wrong with the request itself. In the order of their codes.

/// <summary>PGRST100: a parameter of the query string does not parse. contract/errors.md §5.</summary>
/// <param name="What">The parameter's kind, after "failed to parse".</param>
/// <param name="Input">Its text as decoded, quoted without escapes.</param>
public sealed record QueryParseError(string What, string Input, int Line, int Column, string Explanation) : ApiError("PGRST100", 400)
{
    public override string Message =>
        string.Create(CultureInfo.InvariantCulture, $"\"failed to parse {What} ({Input})\" (line {Line}, column {Column})");

    public override string Details => Explanation;
}

/// <summary>PGRST100: a piece of the query string is not UTF-8. Ours; the reference answers a generic 500 (contract/requests.md §3.1).</summary>
/// <param name="Piece">Key or value, still percent-encoded.</param>
public sealed record QueryEncodingError(string Piece) : ApiError("PGRST100", 400)
{
    public override string Message => $"\"failed to parse query string ({Piece})\" (line 1, column 1)";

    public override string Details => "unexpected bytes that are not UTF-8";
}

/// <summary>
/// PGRST100: a key of a PATCH or DELETE that has no <c>=</c>. Ours: the reference ignores it, which widens the write to every row.
/// </summary>
public sealed record FilterWithoutValue(string Key) : ApiError("PGRST100", 400)
{
    public override string Message => $"The filter '{Key}' has no value";

    public override string Details => "A filter without a value would be ignored, and the write would change every row.";

    public override string Hint => $"Write '{Key}=<operator>.<value>', for example '{Key}=eq.1'.";
}

/// <summary>PGRST101: a function answers GET, HEAD, POST and OPTIONS only.</summary>
public sealed record RoutineMethodNotAllowed(string Method) : ApiError("PGRST101", 405)
{
    public override string Message => $"Cannot use the {Method} method on RPC";
}

/// <summary>PGRST102: the body is unusable. contract/writes.md §1.</summary>
public sealed record InvalidBody(string Reason) : ApiError("PGRST102", 400)
{
    public static InvalidBody Json { get; } = new("Empty or invalid json");

    public static InvalidBody KeysDiffer { get; } = new("All object keys must match");

    public static InvalidBody LinesDiffer { get; } = new("All lines must have same number of fields");

    public override string Message => Reason;

    public static InvalidBody ContentType(string type) => new($"Content-Type not acceptable: {type}");

    /// <summary>A CSV syntax error; the wording is not contractual.</summary>
    public static InvalidBody Csv(string reason, string rest) => new($"parse error ({reason}) at {(rest.Length == 0 ? "end of input" : rest)}");
}

/// <summary>PGRST103: no row can be in the range asked for.</summary>
public sealed record RangeNotSatisfiable(string Explanation) : ApiError("PGRST103", 416)
{
    public static RangeNotSatisfiable NegativeLimit { get; } = new("Limit should be greater than or equal to zero.");

    public static RangeNotSatisfiable InvertedHeader { get; } =
        new("The lower boundary must be lower than or equal to the upper boundary in the Range header.");

    public override string Message => "Requested range not satisfiable";

    public override string Details => Explanation;

    /// <summary>Known only after counting: such an answer is assembled like a success (contract/errors.md §1).</summary>
    public static RangeNotSatisfiable BeyondTotal(System.Numerics.BigInteger offset, long total) =>
        new(string.Create(CultureInfo.InvariantCulture, $"An offset of {offset} was requested, but there are only {total} rows."));
}

/// <summary>PGRST105: PUT needs exactly the primary key as filters.</summary>
public sealed record InvalidPutFilters() : ApiError("PGRST105", 405)
{
    public override string Message => "Filters must include all and only primary key columns with 'eq' operators";
}

/// <summary>PGRST106: the profile header names a schema that is not exposed.</summary>
public sealed record SchemaNotExposed(string Schema, ImmutableArray<string> Exposed) : ApiError("PGRST106", 406)
{
    public override string Message => $"Invalid schema: {Schema}";

    public override string Hint => $"Only the following schemas are exposed: {string.Join(", ", Exposed)}";
}

/// <summary>PGRST107: nothing accepted can be produced.</summary>
/// <param name="Accepted">Canonical names, best first.</param>
public sealed record NotAcceptable(ImmutableArray<string> Accepted) : ApiError("PGRST107", 406)
{
    public override string Message => $"None of these media types are available: {string.Join(", ", Accepted)}";
}

/// <summary>PGRST108: a filter, order or limit addresses an embed that <c>select</c> does not contain.</summary>
public sealed record NotEmbedded(string Name) : ApiError("PGRST108", 400)
{
    public override string Message => $"'{Name}' is not an embedded resource in this request";

    public override string Hint => $"Verify that '{Name}' is included in the 'select' query parameter.";
}

/// <summary>PGRST108, where <c>url-use-legacy-target-names</c> is off and an aliased embed is addressed by its target.</summary>
public sealed record TargetNameUsed(string Target, string Alias) : ApiError("PGRST108", 400)
{
    public override string Message => $"'{Target}' is not an embedded resource in this request";

    public override string Details => "Target names are not allowed in filters if they have an alias";

    public override string Hint => $"Change '{Target}' to '{Alias}' in filters, orders or limits.";
}

/// <summary>PGRST111: the setting <c>response.headers</c> has another shape.</summary>
public sealed record InvalidResponseHeaders() : ApiError("PGRST111", 500)
{
    public override string Message => "response.headers guc must be a JSON array composed of objects with a single key and a string value";
}

/// <summary>PGRST112: the setting <c>response.status</c> is no status.</summary>
public sealed record InvalidResponseStatus() : ApiError("PGRST112", 500)
{
    public override string Message => "response.status guc must be a valid status code";
}

/// <summary>PGRST114.</summary>
public sealed record LimitOnPut() : ApiError("PGRST114", 400)
{
    public override string Message => "limit/offset querystring parameters are not allowed for PUT";
}

/// <summary>PGRST115: PUT did not give exactly one row.</summary>
public sealed record PutKeyMismatch() : ApiError("PGRST115", 400)
{
    public override string Message => "Payload values do not match URL in primary key column(s)";
}

/// <summary>PGRST116: a single object was asked for. Always the word <c>rows</c>.</summary>
public sealed record NotSingular(long Rows) : ApiError("PGRST116", 406)
{
    public override string Message => "Cannot coerce the result to a single JSON object";

    public override string Details => string.Create(CultureInfo.InvariantCulture, $"The result contains {Rows} rows");
}

/// <summary>PGRST117: no such method on a relation or the root.</summary>
public sealed record UnsupportedMethod(string Method) : ApiError("PGRST117", 405)
{
    public override string Message => $"Unsupported HTTP method: {Method}";
}

/// <summary>PGRST118: ordering by a to-many embed.</summary>
/// <param name="Origin">Relation name of the ordered node.</param>
/// <param name="Embed">Alias or name.</param>
public sealed record RelatedOrderNotPossible(string Origin, string Embed) : ApiError("PGRST118", 400)
{
    public override string Message => $"A related order on '{Embed}' is not possible";

    public override string Details => $"'{Origin}' and '{Embed}' do not form a many-to-one or one-to-one relationship";
}

/// <summary>PGRST120: defined by the reference, never raised.</summary>
public sealed record BadEmbedOperator(string Embed) : ApiError("PGRST120", 400)
{
    public override string Message => $"Bad operator on the '{Embed}' embedded resource";

    public override string Details => "Only is null or not is null filters are allowed on embedded resources";
}

/// <summary>PGRST121: <c>RAISE SQLSTATE 'PGRST'</c> with something that does not parse. contract/errors.md §3.3.</summary>
public sealed record InvalidRaise(string Explanation, string Advice) : ApiError("PGRST121", 500)
{
    const string DetailAdvice = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";

    public static InvalidRaise DetailMissing { get; } = new("DETAIL is missing in the RAISE statement", DetailAdvice);

    public override string Message => "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error";

    public override string Details => Explanation;

    public override string Hint => Advice;

    public static InvalidRaise OfMessage(string message) => new(
        $"Invalid JSON value for MESSAGE: '{message}'",
        "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.");

    public static InvalidRaise OfDetail(string detail) => new($"Invalid JSON value for DETAIL: '{detail}'", DetailAdvice);
}

/// <summary>PGRST122: <c>handling=strict</c> with tokens nobody knows.</summary>
public sealed record InvalidPreferences(ImmutableArray<string> Tokens) : ApiError("PGRST122", 400)
{
    public override string Message => "Invalid preferences given with handling=strict";

    public override string Details => $"Invalid preferences: {string.Join(", ", Tokens)}";
}

/// <summary>PGRST123: <c>db-aggregates-enabled</c> is off.</summary>
public sealed record AggregatesNotAllowed() : ApiError("PGRST123", 400)
{
    public override string Message => "Use of aggregate functions is not allowed";
}

/// <summary>PGRST124.</summary>
public sealed record MaxAffectedExceeded(long Rows) : ApiError("PGRST124", 400)
{
    public override string Message => "Query result exceeds max-affected preference constraint";

    public override string Details => string.Create(CultureInfo.InvariantCulture, $"The query affects {Rows} rows");
}

/// <summary>PGRST125.</summary>
public sealed record InvalidPath() : ApiError("PGRST125", 404)
{
    public override string Message => "Invalid path specified in request URL";
}

/// <summary>PGRST126: <c>openapi-mode=disabled</c>.</summary>
public sealed record RootDisabled() : ApiError("PGRST126", 404)
{
    public override string Message => "Root endpoint metadata is disabled";
}

/// <summary>PGRST127: an aggregate inside a to-many spread.</summary>
public sealed record SpreadAggregatesNotImplemented() : ApiError("PGRST127", 400)
{
    public override string Message => "Feature not implemented";

    public override string Details => "Aggregates are not implemented for one-to-many or many-to-many spreads.";
}

/// <summary>PGRST128.</summary>
public sealed record MaxAffectedOnSingleRow() : ApiError("PGRST128", 400)
{
    public override string Message => "Function must return SETOF or TABLE when max-affected preference is used with handling=strict";
}
