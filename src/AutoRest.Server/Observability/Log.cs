using System.Globalization;

namespace AutoRest.Server.Observability;

/// <summary>
/// Every message the server writes: diagnostics on stderr, the access log on stdout, each line in the contract's form (contract/operations.md §8).
/// Never a token, a password or a value a client sent in a body.
/// </summary>
public sealed class Log(TextWriter diagnostics, TextWriter access)
{
    readonly Lock _writing = new();

    public void Starting(string version) => Write($"Starting AutoRest {version}...");

    public void Connected(string version) => Write($"Successfully connected to {version}");

    public void PoolInitialized(int size) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Connection Pool initialized with a maximum size of {size} connections"));

    public void Listening(string address) => Write($"API server listening on {address}");

    public void AdminListening(string address) => Write($"Admin server listening on {address}");

    public void ConfigReloaded() => Write("Config reloaded");

    public void ConfigReloadFailed(string reason) => Write($"Failed reloading config: {reason}");

    public void Warning(string text) => Write(text);

    public void Preparation(bool prepares, bool pooled) => Write((prepares, pooled) switch
    {
        (true, false) => "Connected to PostgreSQL directly: statements are prepared",
        (true, true) => "Connected through a pooler that keeps prepared statements: statements are prepared",
        _ => "Connected through a pooler that does not keep prepared statements: statements are not prepared "
            + "(PgBouncer 1.21 or later with max_prepared_statements set keeps them)",
    });

    public void PreparationLost(string sqlState) =>
        Write($"A prepared statement was lost (SQLSTATE {sqlState}): a connection pooler does not keep them. Statements are no longer prepared");

    public void SchemaQueried(TimeSpan took) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Schema cache queried in {took.TotalMilliseconds:F1} milliseconds"));

    public void SchemaLoaded(int relations, int relationships, int routines, int representations, int handlers) => Write(string.Create(
        CultureInfo.InvariantCulture,
        $"Schema cache loaded {relations} Relations, {relationships} Relationships, {routines} RPCs, {representations} Domain Representations, {handlers} Media Type Handlers"));

    public void SchemaLoadedIn(TimeSpan took) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Schema cache loaded in {took.TotalMilliseconds:F1} milliseconds"));

    public void SchemaLoadFailed(IEnumerable<string> schemas, IEnumerable<string> extra, string error) => Write(
        $"Failed to load the schema cache using db-schemas={string.Join(',', schemas)} and db-extra-search-path={string.Join(',', extra)}. {error}");

    public void ConnectionFailed(string error) => Write($"Failed to query the PostgreSQL version. {error}");

    public void Reconnecting(int seconds) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Attempting to reconnect to the database in {seconds} seconds..."));

    public void ListenerConnected(string version, string address, string channel) => Write(
        $"Listener connected to {version} on \"{address}\" and listening for database notifications on the \"{channel}\" channel");

    public void ListenerFailed(string channel, string error, int seconds)
    {
        Write($"Failed listening for database notifications on the \"{channel}\" channel. {error}");
        Write(string.Create(CultureInfo.InvariantCulture, $"Retrying listening for database notifications in {seconds} seconds..."));
    }

    public void ReloadRequested(string what, string channel) => Write($"Received a {what} reload message on the \"{channel}\" channel");

    public void Terminating(string signal) => Write($"Received termination unix signal {signal}");

    public void DatabaseSettingsFailed(string error) => Write($"Failed to query database settings for the config parameters. {error}");

    public void RoleSettingsFailed(string error) => Write($"Failed to query the role settings. {error}");

    /// <summary>An error the client saw, as the JSON it got.</summary>
    public void ClientError(string json) => Write(json);

    /// <summary>A defect of ours: the whole exception, which holds no client values.</summary>
    public void Unexpected(Exception exception) => Write($"An unexpected error: {exception}");

    public void ResponseAborted(string reason) => Write($"A response was aborted after its first byte: {reason}");

    /// <summary>A finished request. <paramref name="bytes"/> null is written <c>-</c>.</summary>
    public void Access(string ip, string role, string method, string target, int status, long? bytes, string referer, string userAgent)
    {
        var length = bytes is { } known ? known.ToString(CultureInfo.InvariantCulture) : "-";
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{ip} - {role} [{Now()}] \"{method} {target} HTTP/1.1\" {status} {length} \"{referer}\" \"{userAgent}\"");
        lock (_writing)
        {
            access.WriteLine(line);
            access.Flush();
        }
    }

    void Write(string message)
    {
        lock (_writing)
        {
            diagnostics.Write(Now());
            diagnostics.Write(": ");
            diagnostics.WriteLine(message);
            diagnostics.Flush();
        }
    }

    static string Now()
    {
        var now = DateTimeOffset.Now;
        var offset = now.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return now.ToString("dd/MMM/yyyy:HH:mm:ss ", CultureInfo.InvariantCulture) + offset;
    }
}
