using System.Globalization;

namespace AutoRest.Server.Errors;

// Refusals the reference does not have. Their codes begin with AR, so that nobody takes them for the contract's.

/// <summary>413: the body is larger than <c>ar-max-body-size</c>.</summary>
public sealed record BodyTooLarge(long Limit) : ApiError("AR413", 413)
{
    public override string Message => "Request body too large";

    public override string? Details => string.Create(CultureInfo.InvariantCulture, $"At most {Limit} bytes are accepted.");
}

/// <summary>A request that is not valid HTTP.</summary>
public sealed record BadHttp(int HttpStatus, string Text) : ApiError("AR400", HttpStatus)
{
    public override string Message => Text;
}

/// <summary>500: a defect of the server. The log has the cause; the client gets nothing of it.</summary>
public sealed record InternalError() : ApiError("PGRSTX00", 500)
{
    public override string Message => "Something went wrong";
}
