using System.Collections.Immutable;
using System.Globalization;
using AutoRest.Server.Configuration;
using AutoRest.Server.Observability;
using Npgsql;

namespace AutoRest.Server.Admin;

/// <summary>One metric of PgBouncer.</summary>
/// <param name="Name">Without its prefix <c>autorest_pooler_</c>.</param>
/// <param name="Command">The command of the console that shows it.</param>
/// <param name="Key">Column that says what a row is about.</param>
/// <param name="Subject">Which rows count; null: those of our database, and the metric carries its name.</param>
/// <param name="Read">The value of a row; null where this version of PgBouncer has no such column.</param>
/// <param name="IsLargest">The largest of the rows instead of their sum.</param>
public sealed record PoolerMetric(
    string Name, string Type, string Help, string Command, string Key, string? Subject, Func<IReadOnlyDictionary<string, string>, double?> Read, bool IsLargest = false);

/// <summary>
/// What PgBouncer counts, for <c>/metrics</c>: asked for when somebody asks, at most once a second, all who ask meanwhile share the answer, and whatever
/// goes wrong is an answer, too. Setting <c>ar-pooler-stats-uri</c>.
/// </summary>
public sealed class PoolerStatistics
{
    /// <summary>From the beginning of one asking to that of the next.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>For connecting and all commands together: a scrape must not fail because of the pooler.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly NpgsqlConnectionStringBuilder _console;
    readonly TimeProvider _time;
    readonly Log _log;
    readonly Lock _asking = new();
    Task<IReadOnlyList<(PoolerMetric, double)>?>? _answer;
    long _asked;
    string? _reported = "";

    /// <param name="console">Of <c>ar-pooler-stats-uri</c>.</param>
    /// <param name="database">Ours, as the pooler knows it: rows of other databases do not count.</param>
    /// <exception cref="ConfigException">It is not one PgBouncer's console.</exception>
    public PoolerStatistics(NpgsqlConnectionStringBuilder console, string database, Log log, TimeProvider? time = null)
    {
        if (console.Host!.Contains(',', StringComparison.Ordinal))
        {
            throw new ConfigException("ar-pooler-stats-uri should name one host: each PgBouncer has its own statistics");
        }

        // Without a name of a database it is the user's.
        if (console.Database != PoolerConsole.Database && console.Database != console.Username)
        {
            throw new ConfigException($"ar-pooler-stats-uri should name the database {PoolerConsole.Database}, which is PgBouncer's console");
        }

        _console = console;
        Database = database;
        _log = log;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The table of metrics, in the order of the page.</summary>
    public static ImmutableArray<PoolerMetric> Table { get; } =
    [
        Pool("clients_active", "Clients with a server connection, or that need none now", "cl_active"),
        Pool("clients_waiting", "Clients that wait for a server connection", "cl_waiting"),
        new("max_wait_seconds", "gauge", "How long the first of the waiting clients has waited", "SHOW POOLS", "database", null,
            static row => Number(row, "maxwait") + ((Number(row, "maxwait_us") ?? 0) / 1e6), IsLargest: true),
        Pool("servers_active", "Server connections in use by clients", "sv_active"),
        Pool("servers_idle", "Server connections ready for use", "sv_idle"),
        Pool("servers_used", "Server connections that have to be checked before their next use", "sv_used"),
        Pool("servers_tested", "Server connections being checked or reset", "sv_tested"),
        Pool("servers_login", "Server connections being made", "sv_login"),
        Limit("pool_size", "Most server connections of one user's pool", "pool_size"),
        Limit("reserve_pool_size", "Server connections a pool may have besides when clients wait", "reserve_pool_size", "reserve_pool"),
        Limit("paused", "1 while the database is paused: its clients wait", "paused"),
        new("clients", "gauge", "Clients of the pooler, whatever their database", "SHOW LISTS", "list", "used_clients", static row => Number(row, "items")),
        new("clients_max", "gauge", "Most clients of the pooler; more are refused", "SHOW CONFIG", "key", "max_client_conn", static row => Number(row, "value")),
        Count("transactions_total", "Transactions", "total_xact_count"),
        Count("queries_total", "Queries", "total_query_count"),
        Count("transaction_seconds_total", "Time in transactions", "total_xact_time", 1e-6),
        Count("query_seconds_total", "Time in queries", "total_query_time", 1e-6),
        Count("wait_seconds_total", "Time clients waited for a server connection", "total_wait_time", 1e-6),
        Count("received_bytes_total", "Bytes from clients", "total_received"),
        Count("sent_bytes_total", "Bytes to clients", "total_sent"),
        Count("server_assignments_total", "Server connections lent to clients", "total_server_assignment_count"),
        Count("client_parses_total", "Statements clients prepared", "total_client_parse_count"),
        Count("server_parses_total", "Statements prepared on the server", "total_server_parse_count"),
        Count("binds_total", "Executions of prepared statements", "total_bind_count"),
    ];

    /// <summary>The database whose metrics these are.</summary>
    public string Database { get; }

    /// <summary>The values there are; null when the pooler could not be asked.</summary>
    /// <exception cref="OperationCanceledException">Who asked is gone; the others still get their answer.</exception>
    public Task<IReadOnlyList<(PoolerMetric Metric, double Value)>?> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_asking)
        {
            if (_answer is null || (_answer.IsCompleted && _time.GetElapsedTime(_asked) >= Interval))
            {
                _asked = _time.GetTimestamp();
                _answer = Task.Run(AskAsync, CancellationToken.None);
            }

            return _answer.WaitAsync(cancellationToken);
        }
    }

    async Task<IReadOnlyList<(PoolerMetric, double)>?> AskAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var answers = new Dictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string>>>();

            // A session for each asking: one that stays would hold up a pooler that ends when its clients have left.
            await using (var console = await PoolerConsole.ConnectAsync(_console, patience.Token))
            {
                foreach (var command in Table.Select(static metric => metric.Command).Distinct())
                {
                    answers[command] = await console.QueryAsync(command, patience.Token);
                }
            }

            Report(null);
            return [.. Values(answers)];
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or OperationCanceledException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            Report(
                patience.IsCancellationRequested ? string.Create(CultureInfo.InvariantCulture, $"it did not answer within {Patience.TotalSeconds} s")
                : e is PostgresException refusal ? refusal.MessageText
                : e is NpgsqlException { InnerException: { } cause } ? cause.Message
                : e.Message);
            return null;
        }
    }

    /// <summary>A metric without a row, or without its column, is not known: it is left out, not 0.</summary>
    IEnumerable<(PoolerMetric, double)> Values(Dictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string>>> answers)
    {
        foreach (var metric in Table)
        {
            var values = answers[metric.Command]
                .Where(row => row.GetValueOrDefault(metric.Key) == (metric.Subject ?? Database))
                .Select(metric.Read)
                .OfType<double>()
                .ToList();
            if (values.Count > 0)
            {
                yield return (metric, metric.IsLargest ? values.Max() : values.Sum());
            }
        }
    }

    void Report(string? reason)
    {
        if (_reported != reason)
        {
            _reported = reason;
            _log.PoolerAsked($"{_console.Host}:{_console.Port}", reason);
        }
    }

    static PoolerMetric Pool(string name, string help, string column) =>
        new(name, "gauge", help, "SHOW POOLS", "database", null, row => Number(row, column));

    static PoolerMetric Limit(string name, string help, string column, string? former = null) =>
        new(name, "gauge", help, "SHOW DATABASES", "name", null, row => Number(row, column) ?? (former is null ? null : Number(row, former)));

    static PoolerMetric Count(string name, string help, string column, double unit = 1) =>
        new(name, "counter", help, "SHOW STATS", "database", null, row => Number(row, column) * unit);

    static double? Number(IReadOnlyDictionary<string, string> row, string column) =>
        row.TryGetValue(column, out var text) && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
