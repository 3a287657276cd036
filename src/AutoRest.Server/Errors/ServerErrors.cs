using System.Globalization;

namespace AutoRest.Server.Errors;

// Refusals the reference leaves to its HTTP layer, in our own range of codes.

/// <summary>The body is larger than <c>ar-max-body-size</c>.</summary>
/// <param name="Limit">Bytes.</param>
public sealed record BodyTooLarge(long Limit) : ApiError("AR413", 413)
{
    public override string Message => "Request body is too large";

    public override string Details => string.Create(CultureInfo.InvariantCulture, $"At most {Limit} bytes are accepted.");
}

/// <summary>Two embeds of one node have the same name: give one an alias. Said as PostgreSQL says it to the reference (contract/embedding.md §1).</summary>
public sealed record DuplicateEmbed(string Origin, string Key, int Depth) : ApiError("42712", 400)
{
    public override string Message =>
        string.Create(CultureInfo.InvariantCulture, $"table name \"{Origin}_{Key}_{Depth}\" specified more than once");
}

/// <summary>The HTTP layer could not read the request.</summary>
public sealed record BadHttp(int HttpStatus, string Reason) : ApiError("AR400", HttpStatus)
{
    public override string Message => Reason;
}

/// <summary>More requests than are served or may wait at once. Not a database failure: nothing is reloaded for it.</summary>
public sealed record Overloaded(string What) : ApiError("AR503", 503)
{
    public override string Message => "The server is overloaded.";

    public override string Details => What;

    public override IReadOnlyList<KeyValuePair<string, string>> Headers => [new("Retry-After", "1")];
}

/// <summary>A rate limit is used up.</summary>
/// <param name="RetryAfter">Whole seconds until it is worth asking again.</param>
public sealed record TooManyRequests(int RetryAfter) : ApiError("AR429", 429)
{
    public override string Message => "Too many requests.";

    public override string Hint => string.Create(CultureInfo.InvariantCulture, $"Try again in {RetryAfter} seconds.");

    public override IReadOnlyList<KeyValuePair<string, string>> Headers =>
        [new("Retry-After", RetryAfter.ToString(CultureInfo.InvariantCulture))];
}

/// <summary>The request took longer than <c>ar-request-timeout</c>; PostgreSQL was asked to stop and the transaction is undone.</summary>
public sealed record RequestTimedOut(int Seconds) : ApiError("AR504", 504)
{
    public override string Message => "The request took too long.";

    public override string Details => string.Create(CultureInfo.InvariantCulture, $"At most {Seconds} seconds are allowed.");
}

/// <summary>A defect of ours. What happened is in the log, not in the answer.</summary>
public sealed record InternalError() : ApiError("AR500", 500)
{
    public override string Message => "Internal server error";
}
