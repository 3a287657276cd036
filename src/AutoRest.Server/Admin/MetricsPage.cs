using System.Globalization;
using System.Text;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;

namespace AutoRest.Server.Admin;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format 0.0.4: the reference's names with its types and texts, then ours. contract/operations.md §7.1.
/// </summary>
public sealed class MetricsPage(AppState state, Database database, PoolGauge pool, Func<bool> isListening, Replicas? replicas = null, PoolerStatistics? pooler = null)
{
    readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

    public async Task<ReadOnlyMemory<byte>> WriteAsync(CancellationToken cancellationToken)
    {
        // First: the other numbers are then those of the moment they are sent.
        var pooled = pooler is null ? null : await pooler.ReadAsync(cancellationToken);
        var page = new StringBuilder(8192);
        WriteReference(page);
        WriteRequests(page);
        WriteDatabase(page);
        WriteReplicas(page);
        WritePooler(page, pooled);
        WriteKeys(page);
        WriteRuntime(page);
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    void WriteReference(StringBuilder page)
    {
        var metrics = state.Metrics;
        var (succeeded, failed) = metrics.Loads;
        var jwt = state.Current.Authenticator.CacheCounters;
        var idle = Math.Max(0, pool.Read().Idle);
        Head(page, "pgrst_schema_cache_query_time_seconds", "gauge", "The query time in seconds of the last schema cache load");
        Sample(page, "pgrst_schema_cache_query_time_seconds", "", metrics.LastQuerySeconds);
        if (succeeded + failed > 0)
        {
            Head(page, "pgrst_schema_cache_loads_total", "counter", "The total number of times the schema cache was loaded");
            if (failed > 0)
            {
                Sample(page, "pgrst_schema_cache_loads_total", "status=\"FAIL\"", failed);
            }

            if (succeeded > 0)
            {
                Sample(page, "pgrst_schema_cache_loads_total", "status=\"SUCCESS\"", succeeded);
            }
        }

        One(page, "pgrst_db_pool_timeouts_total", "counter", "The total number of pool connection timeouts", database.Gate.Timeouts);
        One(page, "pgrst_db_pool_available", "gauge", "Available connections in the pool", idle);
        One(page, "pgrst_db_pool_waiting", "gauge", "Requests waiting to acquire a pool connection", database.Gate.Waiting);
        One(page, "pgrst_db_pool_max", "gauge", "Max pool connections", database.Gate.Size);
        One(page, "pgrst_jwt_cache_requests_total", "counter", "The total number of JWT cache lookups", jwt.Requests);
        One(page, "pgrst_jwt_cache_hits_total", "counter", "The total number of JWT cache hits", jwt.Hits);
        One(page, "pgrst_jwt_cache_evictions_total", "counter", "The total number of JWT cache evictions", jwt.Evictions);
    }

    void WriteRequests(StringBuilder page)
    {
        const string Name = "autorest_request_duration_seconds";
        var metrics = state.Metrics;
        var isFirst = true;
        foreach (var (route, method, status, series) in metrics.Requests())
        {
            if (isFirst)
            {
                Head(page, Name, "histogram", "Time from a request's head to the end of its response");
                isFirst = false;
            }

            Buckets(page, Name, $"route=\"{route}\",method=\"{method}\",status=\"{status}\"", series);
        }

        One(page, "autorest_response_bytes_total", "counter", "Bytes of response bodies before compression of streams", metrics.ResponseBytes);
        One(page, "autorest_responses_streaming", "gauge", "Responses being streamed now", metrics.Streaming);
        One(page, "autorest_requests_refused_total", "counter", "Requests refused by a rate or concurrency limit", metrics.Refused);
    }

    void WriteDatabase(StringBuilder page)
    {
        Head(page, "autorest_database_duration_seconds", "histogram", "Time requests had a database connection for");
        Buckets(page, "autorest_database_duration_seconds", "", state.Metrics.Database.Read(0));
        One(page, "autorest_db_pool_in_use", "gauge", "Pool connections in use by requests", database.Gate.InUse);
        One(page, "autorest_db_up", "gauge", "1 while the database can be reached, else 0", database.IsDown ? 0 : 1);
        One(page, "autorest_db_waiting_for_return", "gauge", "Requests waiting for a lost database", database.WaitingForReturn);
        One(page, "autorest_db_reads_repeated_total", "counter", "Reads run again because their connection was lost", database.Repeats);
        One(page, "autorest_listener_up", "gauge", "1 while notifications are listened for, else 0", isListening() ? 1 : 0);
    }

    void WriteReplicas(StringBuilder page)
    {
        if (replicas is null)
        {
            return;
        }

        Head(page, "autorest_reads_total", "counter", "Reads that a standby could answer, by where they were sent first");
        Sample(page, "autorest_reads_total", "target=\"replica\"", replicas.SentToReplica);
        Sample(page, "autorest_reads_total", "target=\"primary\"", replicas.SentToPrimary);
        Head(page, "autorest_replica_fallbacks_total", "counter", "Reads of the primary that a standby was meant for, by reason");
        foreach (var (reason, count) in replicas.Fallbacks)
        {
            Sample(page, "autorest_replica_fallbacks_total", $"reason=\"{reason}\"", count);
        }

        Head(page, "autorest_replica_up", "gauge", "1 while reads go to the standby, else 0");
        foreach (var replica in replicas.All)
        {
            Sample(page, "autorest_replica_up", Label(replica), replica.IsUsable ? 1 : 0);
        }

        Head(page, "autorest_replica_lag_seconds", "gauge", "Age of what the standby shows; absent while it is unknown");
        foreach (var replica in replicas.All)
        {
            if (replica.Lag is { } lag)
            {
                Sample(page, "autorest_replica_lag_seconds", Label(replica), lag.TotalSeconds);
            }
        }

        Head(page, "autorest_replica_pool_in_use", "gauge", "Connections to the standby in use by requests");
        foreach (var replica in replicas.All)
        {
            Sample(page, "autorest_replica_pool_in_use", Label(replica), replica.Database.Gate.InUse);
        }
    }

    void WritePooler(StringBuilder page, IReadOnlyList<(PoolerMetric Metric, double Value)>? values)
    {
        if (pooler is null)
        {
            return;
        }

        One(page, "autorest_pooler_up", "gauge", "1 while the pooler tells its statistics, else 0", values is null ? 0 : 1);
        foreach (var (metric, value) in values ?? [])
        {
            var name = "autorest_pooler_" + metric.Name;
            Head(page, name, metric.Type, metric.Help);
            Sample(page, name, metric.Subject is null ? Label("database", pooler.Database) : "", value);
        }
    }

    static string Label(Replica replica) => Label("replica", replica.Address);

    /// <summary>A value from the configuration may hold anything: a path, a quoted name.</summary>
    static string Label(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    void WriteKeys(StringBuilder page)
    {
        var authenticator = state.Current.Authenticator;
        if (authenticator.RemoteKeys is not { } keys)
        {
            return;
        }

        Head(page, "autorest_jwks_refreshes_total", "counter", "Fetches of the key set that verifies tokens, by result");
        Sample(page, "autorest_jwks_refreshes_total", "result=\"success\"", authenticator.JwksCounters.Succeeded);
        Sample(page, "autorest_jwks_refreshes_total", "result=\"failure\"", authenticator.JwksCounters.Failed);
        One(page, "autorest_jwks_keys", "gauge", "Keys of the fetched key set in use", keys.Count);
        if (keys.Age is { } age)
        {
            One(page, "autorest_jwks_age_seconds", "gauge", "Time since the key set in use was fetched or confirmed", age.TotalSeconds);
        }
    }

    void WriteRuntime(StringBuilder page)
    {
        var memory = GC.GetGCMemoryInfo();
        One(page, "process_start_time_seconds", "gauge", "Start time of the process since the Unix epoch", _started.ToUnixTimeMilliseconds() / 1000.0);
        One(page, "process_cpu_seconds_total", "counter", "User and system time of the process", Environment.CpuUsage.TotalTime.TotalSeconds);
        One(page, "process_resident_memory_bytes", "gauge", "Memory of the process", Environment.WorkingSet);
        One(page, "dotnet_gc_heap_bytes", "gauge", "Managed memory after the last collection", memory.HeapSizeBytes);
        One(page, "dotnet_gc_allocated_bytes_total", "counter", "Managed memory allocated since the start", GC.GetTotalAllocatedBytes());
        Head(page, "dotnet_gc_collections_total", "counter", "Collections by generation");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            Sample(page, "dotnet_gc_collections_total", string.Create(CultureInfo.InvariantCulture, $"generation=\"{generation}\""), GC.CollectionCount(generation));
        }

        One(page, "dotnet_gc_pause_seconds_total", "counter", "Time the process stood still for collections", GC.GetTotalPauseDuration().TotalSeconds);
        One(page, "dotnet_threadpool_threads", "gauge", "Threads of the thread pool", ThreadPool.ThreadCount);
        One(page, "dotnet_threadpool_queue_length", "gauge", "Work items that wait for a thread", ThreadPool.PendingWorkItemCount);
    }

    static void Buckets(StringBuilder page, string name, string labels, HistogramSeries series)
    {
        var separator = labels.Length == 0 ? "" : ",";
        var cumulative = 0L;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            cumulative += series.Buckets[i];
            var bound = i < Histogram.Bounds.Length ? Histogram.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Sample(page, name + "_bucket", $"{labels}{separator}le=\"{bound}\"", cumulative);
        }

        Sample(page, name + "_sum", labels, series.Sum);
        Sample(page, name + "_count", labels, cumulative);
    }

    static void One(StringBuilder page, string name, string type, string help, double value)
    {
        Head(page, name, type, help);
        Sample(page, name, "", value);
    }

    static void Head(StringBuilder page, string name, string type, string help) =>
        page.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    static void Sample(StringBuilder page, string name, string labels, double value)
    {
        page.Append(name);
        if (labels.Length > 0)
        {
            page.Append('{').Append(labels).Append('}');
        }

        page.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
