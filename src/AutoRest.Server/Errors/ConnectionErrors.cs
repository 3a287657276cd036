namespace AutoRest.Server.Errors;

// Group 0 of contract/errors.md §2: the database cannot be asked. Texts of the driver are passed by the caller, which decides what may be shown.

/// <summary>PGRST000: no connection could be made.</summary>
public sealed record ConnectionFailed(string? DriverText) : ApiError("PGRST000", 503)
{
    public override string Message => "Database connection error.";

    public override string? Details => DriverText;
}

/// <summary>PGRST001: the connection was lost during a query.</summary>
public sealed record ConnectionLost(string? DriverText) : ApiError("PGRST001", 503)
{
    public override string Message => "Database client error. Retrying the connection.";

    public override string? Details => DriverText;
}

/// <summary>PGRST002: the schema cache was never loaded yet.</summary>
public sealed record SchemaCacheMissing() : ApiError("PGRST002", 503)
{
    public override string Message => "Could not query the database for the schema cache. Retrying.";
}

/// <summary>PGRST003: <c>db-pool-acquisition-timeout</c> exceeded.</summary>
public sealed record PoolTimeout() : ApiError("PGRST003", 504)
{
    public override string Message => "Timed out acquiring connection from connection pool.";
}
