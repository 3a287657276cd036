using System.Diagnostics;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class PoolTests(OperationCluster shared)
{
    [Fact]
    public async Task Waiting_too_long_for_a_connection_is_PGRST003_and_logged_once_in_five_seconds()
    {
        await using var server = await OperatedServer.StartAsync(
            await shared.GetAsync(), true, ("PGRST_DB_POOL", "1"), ("PGRST_DB_POOL_ACQUISITION_TIMEOUT", "1"));
        var slow = server.GetAsync("/rpc/slow?seconds=3");
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_pool_in_use") == 1, "the slow request");
        var clock = Stopwatch.StartNew();
        var waiting = Enumerable.Range(0, 5).Select(_ => server.GetAsync("/items?limit=1")).ToArray();
        await server.UntilAsync(async () => await server.MetricAsync("pgrst_db_pool_waiting") == 5, "the queue");
        foreach (var answer in await Task.WhenAll(waiting))
        {
            Assert.Equal(504, answer.Status);
            Assert.Contains("\"PGRST003\"", answer.Text, StringComparison.Ordinal);
        }

        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 2.5);
        Assert.Equal(5, await server.MetricAsync("pgrst_db_pool_timeouts_total"));
        Assert.Equal(200, (await slow).Status);
        Assert.Equal(200, (await server.GetAsync("/items?limit=1")).Status);
        Assert.Equal(2, server.Process.Output.Split("\"PGRST003\"").Length);
    }

    [Fact]
    public async Task More_waiting_requests_than_allowed_are_refused_at_once()
    {
        await using var server = await OperatedServer.StartAsync(
            await shared.GetAsync(), true, ("PGRST_DB_POOL", "1"), ("AUTOREST_POOL_MAX_WAITING", "2"));
        var slow = server.GetAsync("/rpc/slow?seconds=2");
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_pool_in_use") == 1, "the slow request");
        var loads = await server.MetricAsync("pgrst_schema_cache_loads_total{status=\"SUCCESS\"}");
        var waiting = Enumerable.Range(0, 2).Select(_ => server.GetAsync("/items?limit=1")).ToArray();
        await server.UntilAsync(async () => await server.MetricAsync("pgrst_db_pool_waiting") == 2, "the queue");
        var clock = Stopwatch.StartNew();
        var refused = await server.GetAsync("/items?limit=1");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 1);
        Assert.Equal((503, "1"), (refused.Status, refused.Header("Retry-After")));
        Assert.Contains("\"AR503\"", refused.Text, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(waiting), a => Assert.Equal(200, a.Status));
        Assert.Equal(200, (await slow).Status);

        // Nothing is wrong with the database.
        Assert.Equal(loads, await server.MetricAsync("pgrst_schema_cache_loads_total{status=\"SUCCESS\"}"));
    }

    [Fact]
    public async Task Clients_that_leave_the_queue_leave_no_trace_in_it()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("PGRST_DB_POOL", "1"));
        var slow = server.GetAsync("/rpc/slow?seconds=1");
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_pool_in_use") == 1, "the slow request");
        for (var i = 0; i < 10; i++)
        {
            using var client = await RawHttp.ConnectAsync(server.Process.Port);
            await client.WriteAsync(RawHttp.Bytes(new("GET", "/items?limit=1")));
            await Task.Delay(20);
        }

        await server.UntilAsync(async () => await server.MetricAsync("pgrst_db_pool_waiting") == 0, "the empty queue", 5);
        Assert.Equal(200, (await slow).Status);
        Assert.Equal(200, (await server.GetAsync("/items?limit=1")).Status);
        Assert.Equal(0, await server.MetricAsync("autorest_db_pool_in_use"));
    }
}
