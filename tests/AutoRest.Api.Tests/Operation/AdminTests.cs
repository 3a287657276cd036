using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class AdminTests(OperationCluster shared)
{
    static readonly (string Name, string Type)[] Reference =
    [
        ("pgrst_schema_cache_query_time_seconds", "gauge"), ("pgrst_schema_cache_loads_total", "counter"), ("pgrst_db_pool_timeouts_total", "counter"),
        ("pgrst_db_pool_available", "gauge"), ("pgrst_db_pool_waiting", "gauge"), ("pgrst_db_pool_max", "gauge"),
        ("pgrst_jwt_cache_requests_total", "counter"), ("pgrst_jwt_cache_hits_total", "counter"), ("pgrst_jwt_cache_evictions_total", "counter"),
    ];

    [Fact]
    public async Task A_ready_server_says_so_and_shows_its_metrics_and_its_cache()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync());
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 200, "/ready");
        Assert.Equal(200, await server.AdminStatusAsync("/live"));
        Assert.Equal(404, await server.AdminStatusAsync("/config"));
        Assert.Equal(404, await server.AdminStatusAsync("/"));

        Assert.Equal(200, (await server.GetAsync("/items?id=eq.1")).Status);
        Assert.Equal(404, (await server.GetAsync("/nothing")).Status);
        var metrics = await server.AdminAsync("/metrics");
        Assert.Equal("text/plain; charset=utf-8", metrics.Header("Content-Type"));
        foreach (var (name, type) in Reference)
        {
            Assert.Contains($"# TYPE {name} {type}\n", metrics.Text, StringComparison.Ordinal);
        }

        Assert.Contains("# HELP pgrst_db_pool_waiting Requests waiting to acquire a pool connection\n", metrics.Text, StringComparison.Ordinal);
        Assert.Equal(1, await server.MetricAsync("pgrst_schema_cache_loads_total{status=\"SUCCESS\"}"));
        Assert.Equal(10, await server.MetricAsync("pgrst_db_pool_max"));
        Assert.Equal(1, await server.MetricAsync("pgrst_db_pool_available"));
        Assert.Equal(0, await server.MetricAsync("autorest_db_pool_in_use"));
        Assert.InRange(await server.MetricAsync("pgrst_schema_cache_query_time_seconds"), 0.000001, 60);
        Assert.Equal(1, await server.MetricAsync("autorest_request_duration_seconds_count{route=\"/{relation}\",method=\"GET\",status=\"2xx\"}"));
        Assert.Equal(1, await server.MetricAsync("autorest_request_duration_seconds_bucket{route=\"/{relation}\",method=\"GET\",status=\"4xx\",le=\"+Inf\"}"));

        var cache = await server.AdminAsync("/schema_cache");
        Assert.Null(cache.Header("Content-Type"));
        using var json = JsonDocument.Parse(cache.Body);
        Assert.Contains(json.RootElement.GetProperty("dbRoutines").EnumerateArray(), r => r.GetProperty("name").GetString() == "slow");
    }

    [Fact]
    public async Task Every_line_of_the_metrics_is_one_Prometheus_can_read()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync());
        await server.GetAsync("/items?limit=1");
        foreach (var line in (await server.AdminAsync("/metrics")).Text.TrimEnd('\n').Split('\n'))
        {
            Assert.Matches(
                "^(# HELP [a-z_0-9]+ .+|# TYPE [a-z_0-9]+ (counter|gauge|histogram)|[a-z_0-9]+(\\{([a-z]+=\"[^\"]*\",?)+\\})? -?[0-9.]+([eE][+-]?[0-9]+)?)$", line);
        }
    }

    [Fact]
    public async Task Readiness_without_a_listener_is_a_query_through_the_pool()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("PGRST_DB_CHANNEL_ENABLED", "false"));
        Assert.Equal(200, await server.AdminStatusAsync("/ready"));
        Assert.Equal(0, await server.MetricAsync("autorest_listener_up"));
        Assert.DoesNotContain("Listener connected", server.Process.Output, StringComparison.Ordinal);
    }
}
