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

/// <summary>A defect of ours. What happened is in the log, not in the answer.</summary>
public sealed record InternalError() : ApiError("AR500", 500)
{
    public override string Message => "Internal server error";
}
