using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

/// <summary>Each on a PostgreSQL of its own, which goes away and comes back.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_database_that_is_down_at_the_start_is_served_when_it_comes()
    {
        await using var cluster = await OperationCluster.CreateAsync();
        await cluster.StopAsync(PostgresStop.Fast);
        await using var server = await OperatedServer.StartAsync(cluster, false);
        await server.UntilLoggedAsync("API server listening on");
        var refused = await server.GetAsync("/items");
        Assert.Equal(503, refused.Status);
        Assert.Contains("\"PGRST002\"", refused.Text, StringComparison.Ordinal);
        Assert.Equal((200, 503), (await server.AdminStatusAsync("/live"), await server.AdminStatusAsync("/ready")));
        Assert.Equal(1, await server.MetricAsync("pgrst_schema_cache_loads_total{status=\"FAIL\"}"));

        await cluster.StartAsync();
        Assert.InRange((await server.UntilAsync(async () => (await server.GetAsync("/items?limit=1")).Status == 200, "recovery")).TotalSeconds, 0, 3);
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 200, "/ready", 3);
    }

    [Fact]
    public async Task While_the_database_is_gone_requests_fail_fast_and_its_return_is_noticed_without_any()
    {
        await using var cluster = await OperationCluster.CreateAsync();
        await using var server = await OperatedServer.StartAsync(cluster);
        await server.GetAsync("/items?limit=1");
        await cluster.StopAsync(PostgresStop.Fast);

        // In the database's place, something that counts who comes.
        using var stub = new TcpListener(IPAddress.Loopback, cluster.Port);
        stub.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        stub.Start();
        var attempts = 0;
        var counting = Task.Run(async () =>
        {
            while (true)
            {
                using var connection = await stub.AcceptSocketAsync();
                Interlocked.Increment(ref attempts);
            }
        });
        await server.UntilAsync(async () => (await server.GetAsync("/items?limit=1")).Text.Contains("PGRST000", StringComparison.Ordinal), "PGRST000");
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 503, "/ready 503");
        attempts = 0;
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => server.GetAsync("/items?limit=1")));
        Assert.All(answers, a => Assert.Equal(503, a.Status));
        Assert.All(answers, a => Assert.InRange(int.Parse(a.Header("Retry-After")!, CultureInfo.InvariantCulture), 0, 32));
        var seconds = clock.Elapsed.TotalSeconds;
        Assert.InRange(seconds, 0, 5);
        Assert.InRange(attempts, 0, 4 + (int)(4 * seconds));

        // So long that the next full attempt is far away.
        await server.UntilLoggedAsync("Attempting to reconnect to the database in 4 seconds", 20);
        stub.Stop();
        var before = Occurrences(server, "Schema cache loaded in");
        await cluster.StartAsync();
        var took = await server.UntilAsync(() => Task.FromResult(Occurrences(server, "Schema cache loaded in") > before), "a load");
        Assert.InRange(took.TotalSeconds, 0, 2.5);
        await server.UntilAsync(async () => (await server.GetAsync("/items?limit=1")).Status == 200, "an answer", 0.5);
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 200, "/ready", 2);
        Assert.Equal(1, await server.MetricAsync("autorest_db_up"));
    }

    [Fact]
    public async Task A_restart_under_load_gives_every_connection_back()
    {
        await using var cluster = await OperationCluster.CreateAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("PGRST_DB_POOL", "4"));
        using var stop = new CancellationTokenSource();
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var clients = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                statuses.AddOrUpdate((await server.GetAsync("/items?limit=5")).Status, 1, static (_, n) => n + 1);
            }
        })).ToArray();
        await Task.Delay(300);
        await cluster.RestartAsync();
        await server.UntilAsync(async () => (await server.GetAsync("/items?limit=1")).Status == 200, "recovery", 5);
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.All(statuses.Keys, s => Assert.True(s is 200 or 503, $"status {s}"));
        Assert.Equal(0, await server.MetricAsync("autorest_db_pool_in_use"));
        Assert.Equal(0, await server.MetricAsync("pgrst_db_pool_waiting"));
        Assert.Equal(0, await server.MetricAsync("pgrst_db_pool_timeouts_total"));
    }

    [Fact]
    public async Task Without_automatic_recovery_the_loss_of_the_database_ends_the_process()
    {
        await using var cluster = await OperationCluster.CreateAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("PGRST_DB_POOL_AUTOMATIC_RECOVERY", "false"));
        await cluster.StopAsync(PostgresStop.Fast);
        await server.UntilAsync(() => Task.FromResult(server.Process.HasExited), "the end");
        Assert.Equal(1, server.Process.ExitCode);
        Assert.Contains("Automatic recovery disabled, exiting.", server.Process.Output, StringComparison.Ordinal);
    }

    static int Occurrences(OperatedServer server, string text) => server.Process.Output.Split(text).Length - 1;
}
