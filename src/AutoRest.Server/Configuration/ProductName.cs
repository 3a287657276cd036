namespace AutoRest.Server.Configuration;

/// <summary>What the server calls itself: in logs, in <c>Server</c>, in <c>pg_stat_activity</c>.</summary>
public static class ProductName
{
    public const string Version = "0.1.0";

    /// <summary>The version whose wire contract is spoken.</summary>
    public const string CompatibleWith = "16.2";

    public const string ServerHeader = "autorest/" + Version;

    /// <summary><c>application_name</c> of the connections, unless the connection string has one.</summary>
    public const string Application = "AutoRest " + Version;
}
