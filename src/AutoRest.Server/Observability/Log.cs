using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AutoRest.Server.Observability;

/// <summary>
/// Every message the server writes: diagnostics on stderr, the access log on stdout, each line in the contract's form (contract/operations.md §8).
/// Never a token, a password or a value a client sent in a body.
/// </summary>
public sealed class Log(TextWriter diagnostics, TextWriter access)
{
    /// <summary>A message that comes with every request while something is wrong is written once in this time.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    static readonly SearchValues<char> Unsafe = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(static c => (char)c), '\u007f', '\u0085', '\u2028', '\u2029', '"']);

    readonly Lock _writing = new();
    readonly ConcurrentDictionary<string, long> _lastWritten = new(StringComparer.Ordinal);

    /// <summary>Messages of level <c>debug</c> are written. Follows the configuration.</summary>
    public bool IsDebug { get; set; }

    /// <summary>One JSON object per line instead of the contract's form. Follows the configuration.</summary>
    public bool IsJson { get; set; }

    public void Starting(string version) => Write($"Starting AutoRest {version}...");

    public void Connected(string version) => Write($"Successfully connected to {version}");

    public void PoolInitialized(int size) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Connection Pool initialized with a maximum size of {size} connections"));

    public void Listening(string address) => Write($"API server listening on {address}");

    public void AdminListening(string address) => Write($"Admin server listening on {address}");

    public void ConfigReloaded() => Write("Config reloaded");

    public void ConfigReloadFailed(string reason) => Write($"Failed reloading config: {reason}");

    public void Warning(string text) => Write(text);

    /// <param name="replica">Address of the standby; null for the primary.</param>
    public void Preparation(bool prepares, bool pooled, string? replica = null) => Write((replica is null ? "" : $"Replica {replica}: ") + ((prepares, pooled) switch
    {
        (true, false) => "Connected to PostgreSQL directly: statements are prepared",
        (true, true) => "Connected through a pooler that keeps prepared statements: statements are prepared",
        _ => "Connected through a pooler that does not keep prepared statements: statements are not prepared "
            + "(PgBouncer 1.21 or later with max_prepared_statements set keeps them)",
    }));

    public void ReplicaUsed(string address) => Write($"Replica {address}: reads go there");

    public void ReplicaUnused(string address, string reason) => Write($"Replica {address}: no reads go there: {reason}");

    /// <param name="reason">Why the pooler could not be asked; null when it could, as it could not before.</param>
    public void PoolerAsked(string address, string? reason) =>
        Write(reason is null ? $"Pooler {address}: its statistics are in /metrics" : $"Pooler {address}: no statistics in /metrics: {reason}");

    public void PreparationLost(string sqlState) =>
        Write($"A prepared statement was lost (SQLSTATE {sqlState}): a connection pooler does not keep them. Statements are no longer prepared");

    public void SchemaQueried(TimeSpan took) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Schema cache queried in {took.TotalMilliseconds:F1} milliseconds"));

    public void SchemaLoaded(int relations, int relationships, int routines, int representations, int handlers) => Write(string.Create(
        CultureInfo.InvariantCulture,
        $"Schema cache loaded {relations} Relations, {relationships} Relationships, {routines} RPCs, {representations} Domain Representations, {handlers} Media Type Handlers"));

    public void SchemaLoadedIn(TimeSpan took) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Schema cache loaded in {took.TotalMilliseconds:F1} milliseconds"));

    /// <param name="setting">Name and operator, as configured.</param>
    public void OperatorUnusable(string setting, string objection) => Write($"WARNING: ar-operators: '{setting}' cannot be used. {objection}");

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

    public void ListenerStopped(string channel) => Write($"Stopped listening for database notifications on the \"{channel}\" channel");

    /// <summary>What is about to be asked before LISTEN, after a known defect of the server.</summary>
    public void NotificationQueueAsked() => Write("Running pg_notification_queue_usage() before LISTEN, because the notification queue could not be read");

    public void KeysFetched(string address, int keys) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"Fetched {keys} keys that verify tokens from {address}"));

    /// <param name="keys">Keys that stay in use meanwhile.</param>
    /// <param name="age">How old they are; null when there are none.</param>
    public void KeysNotFetched(string address, string reason, int keys, TimeSpan? age, TimeSpan next)
    {
        var state = age is { } known
            ? string.Create(CultureInfo.InvariantCulture, $"the {keys} keys fetched {known.TotalSeconds:F0} seconds ago stay in use")
            : "there are none yet, so tokens they would verify are refused";
        Write(string.Create(
            CultureInfo.InvariantCulture,
            $"Failed to fetch keys that verify tokens from {address}: {reason}; {state}. Trying again in {next.TotalSeconds:F0} seconds"));
    }

    public void PoolFlushed() => Debug("Database connection pool flushed");

    /// <summary>Comings and goings of one connection of the pool.</summary>
    /// <param name="process">Its process on the server, or what a pooler says is one: the same for the life of the connection.</param>
    public void Connection(int process, string what)
    {
        if (IsDebug)
        {
            Write($"Connection {new Guid(process, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)} {what}");
        }
    }

    /// <summary>Times of the catalog queries, under the contract's labels. contract/operations.md §2.1.</summary>
    public void SchemaTimings(IEnumerable<(string Label, TimeSpan Took)> timings) => Debug("Schema cache query timings: " + string.Join(
        ", ", timings.Select(static t => string.Create(CultureInfo.InvariantCulture, $"{t.Label} {t.Took.TotalMilliseconds:F1} ms"))));

    /// <summary>What only matters to somebody who looks for a fault: comings and goings of the pool.</summary>
    public void Debug(string message)
    {
        if (IsDebug)
        {
            Write(message);
        }
    }

    /// <summary>The SQL of a request, one line per text; values are never part of it.</summary>
    public void Query(string sql) => Write(OneLine(sql));

    /// <summary>An embed was addressed by the name of its table although it has an alias. contract/embedding.md §9.</summary>
    public void LegacyNames(IEnumerable<(string Target, string Alias)> names, string method, string target)
    {
        Write("WARNING: Embedded resource was referenced by relation name even though it has an alias. This is deprecated and will stop working in a future release.");
        Write($"Update {string.Join(", ", names.Select(static n => $"`{n.Target}` to `{n.Alias}`"))} in query string filters, orders or limits for {method} {Escaped(target)}");
    }

    public void Terminating(string signal) => Write($"Received termination unix signal {signal}");

    public void DatabaseSettingsFailed(string error) => Write($"Failed to query database settings for the config parameters. {error}");

    public void RoleSettingsFailed(string error) => Write($"Failed to query the role settings. {error}");

    /// <summary>An error the client saw, as the JSON it got. Errors that every request gets during an outage or an overload are written at intervals.</summary>
    public void ClientError(string code, string json)
    {
        if (code is "PGRST000" or "PGRST002" or "PGRST003" or "AR503" or "AR301" && !IsDue(code))
        {
            return;
        }

        Write(json);
    }

    /// <summary>A defect of ours: the whole exception, which holds no client values.</summary>
    public void Unexpected(Exception exception) => Write($"An unexpected error: {exception}");

    public void ResponseAborted(string reason) => Write($"A response was aborted after its first byte: {reason}");

    /// <summary>A finished request. <paramref name="bytes"/> null is written <c>-</c>.</summary>
    public void Access(string ip, string role, string method, string target, int status, long? bytes, string referer, string userAgent)
    {
        string line;
        if (IsJson)
        {
            line = Json(json =>
            {
                json.WriteString("ip"u8, ip);
                json.WriteString("role"u8, role);
                json.WriteString("method"u8, method);
                json.WriteString("target"u8, target);
                json.WriteNumber("status"u8, status);
                if (bytes is { } number)
                {
                    json.WriteNumber("bytes"u8, number);
                }

                json.WriteString("referer"u8, referer);
                json.WriteString("userAgent"u8, userAgent);
            });
        }
        else
        {
            var length = bytes is { } known ? known.ToString(CultureInfo.InvariantCulture) : "-";
            line = string.Create(
                CultureInfo.InvariantCulture,
                $"{ip} - {Escaped(role)} [{Now()}] \"{method} {Escaped(target)} HTTP/1.1\" {status} {length} \"{Escaped(referer)}\" \"{Escaped(userAgent)}\"");
        }

        WriteLine(access, line);
    }

    void Write(string message) =>
        WriteLine(diagnostics, IsJson ? Json(json => json.WriteString("message"u8, message)) : $"{Now()}: {message}");

    void WriteLine(TextWriter writer, string line)
    {
        lock (_writing)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    bool IsDue(string kind)
    {
        var now = Environment.TickCount64;
        var last = _lastWritten.GetOrAdd(kind, long.MinValue);
        return (last == long.MinValue || now - last >= Pause.TotalMilliseconds) && _lastWritten.TryUpdate(kind, now, last);
    }

    static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, DateTimeOffset.Now);
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A header may hold a quote or a line break in some encoding: what a client sends must not look like another line or another field.</summary>
    static string Escaped(string text)
    {
        if (!text.AsSpan().ContainsAny(Unsafe))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (c == '"')
            {
                escaped.Append("\\\"");
            }
            else if (Unsafe.Contains(c))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    static string OneLine(string sql)
    {
        var line = new StringBuilder(sql.Length);
        foreach (var part in sql.AsSpan().EnumerateLines())
        {
            var text = part.Trim();
            line.Append(line.Length > 0 && !text.IsEmpty ? " " : "").Append(text);
        }

        return line.ToString();
    }

    static string Now()
    {
        var now = DateTimeOffset.Now;
        var offset = now.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return now.ToString("dd/MMM/yyyy:HH:mm:ss ", CultureInfo.InvariantCulture) + offset;
    }
}
