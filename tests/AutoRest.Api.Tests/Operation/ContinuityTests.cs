using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

/// <summary>What an operator does on an ordinary day must not be seen by clients that ask all the while.</summary>
public sealed class ContinuityTests(OperationCluster shared)
{
    [Fact]
    public async Task Reloads_are_not_seen_by_clients()
    {
        var cluster = await shared.GetAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("PGRST_DB_CHANNEL", "often"));
        await server.UntilLoggedAsync("on the \"often\" channel");
        await using var clients = LoopingClients.Start(server.Process.Port, 6, static i => new("GET", $"/items?id=eq.{i}"));
        for (var i = 0; i < 5; i++)
        {
            await clients.MoreAsync(50);
            var loads = await LoadsAsync();
            server.Process.Signal(i % 2 == 0 ? UnixSignal.User1 : UnixSignal.User2);
            await cluster.ExecuteAsync($"notify often, 'reload {(i % 2 == 0 ? "config" : "schema")}'", OperationCluster.Database);
            await server.UntilAsync(async () => await LoadsAsync() > loads, "the load");
        }

        await clients.MoreAsync(50);
        Assert.Empty(await clients.EndAsync());

        Task<double> LoadsAsync() => server.MetricAsync("pgrst_schema_cache_loads_total{status=\"SUCCESS\"}");
    }

    [Theory]
    [InlineData(UnixSignal.Terminate)]
    [InlineData(UnixSignal.Interrupt)]
    public async Task A_restart_of_PgBouncer_is_not_seen_by_clients_that_read(UnixSignal how)
    {
        Required.PgBouncer();
        var cluster = await shared.GetAsync();
        await using var bouncer = await PgBouncer.StartNewAsync(cluster);
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("PGRST_DB_URI", bouncer.Uri(OperationCluster.Database)), ("AUTOREST_DB_LISTEN_URI", cluster.Uri(OperationCluster.Database)));
        await using var clients = LoopingClients.Start(server.Process.Port, 6, static i => new("GET", $"/items?id=eq.{i}"));
        await clients.MoreAsync(100);
        await bouncer.RestartAsync(how, TimeSpan.FromMilliseconds(300));
        await clients.MoreAsync(100);
        await bouncer.RestartAsync(how, TimeSpan.FromMilliseconds(1));
        await clients.MoreAsync(100);
        Assert.Empty(await clients.EndAsync());
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 200, "/ready");
        Assert.Equal(0, await server.MetricAsync("autorest_db_pool_in_use"));
        Assert.Equal(0, await server.MetricAsync("autorest_db_waiting_for_return"));
    }

    [Fact]
    public async Task A_PgBouncer_that_takes_over_from_another_is_not_seen_by_clients_that_read()
    {
        Required.PgBouncer();
        var cluster = await shared.GetAsync();
        await using var bouncer = await PgBouncer.StartNewAsync(cluster);
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("PGRST_DB_URI", bouncer.Uri(OperationCluster.Database)), ("AUTOREST_DB_LISTEN_URI", cluster.Uri(OperationCluster.Database)));
        await using var clients = LoopingClients.Start(server.Process.Port, 6, static i => new("GET", $"/items?id=eq.{i}"));
        await clients.MoreAsync(100);
        await bouncer.TakeOverAsync();
        await clients.MoreAsync(100);
        Assert.Empty(await clients.EndAsync());
    }

    [Fact]
    public async Task A_write_never_runs_twice_when_PgBouncer_restarts()
    {
        Required.PgBouncer();
        var cluster = await shared.GetAsync();
        await cluster.ExecuteAsync(
            "create table if not exists entries (id int, at timestamptz default clock_timestamp()); grant select, insert on entries to visitor", OperationCluster.Database);
        await using var bouncer = await PgBouncer.StartNewAsync(cluster);
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("PGRST_DB_URI", bouncer.Uri(OperationCluster.Database)), ("AUTOREST_DB_LISTEN_URI", cluster.Uri(OperationCluster.Database)));
        var last = 0;
        await using var clients = LoopingClients.Start(server.Process.Port, 6, _ => new RawRequest("POST", "/entries")
            .WithHeader("Content-Type", "application/json")
            .WithBody(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{Interlocked.Increment(ref last)}}}")));
        await WaitAsync(clients, 60);
        await bouncer.RestartAsync(UnixSignal.Terminate, TimeSpan.FromMilliseconds(200));
        await WaitAsync(clients, 60);
        var failures = await clients.EndAsync();

        // One per client: what was under way may or may not have been done. Those that had not begun waited.
        Assert.InRange(failures.Count, 0, 6);
        Assert.All(failures, f => Assert.Contains("PGRST001", f, StringComparison.Ordinal));
        Assert.Equal("0", await cluster.QueryAsync("select count(*) from (select from entries group by id having count(*) > 1) twice", OperationCluster.Database));
        Assert.InRange(
            int.Parse(await cluster.QueryAsync("select count(*) from entries", OperationCluster.Database), CultureInfo.InvariantCulture),
            clients.Answers, clients.Answers + failures.Count);
    }

    [Fact]
    public async Task A_write_after_PgBouncer_restarted_unasked_is_not_sent_on_a_dead_connection()
    {
        Required.PgBouncer();
        await using var cluster = await OperationCluster.CreateAsync();
        await cluster.ExecuteAsync("create table entries (id int); grant select, insert on entries to visitor", OperationCluster.Database);
        await using var bouncer = await PgBouncer.StartNewAsync(cluster);
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("PGRST_DB_URI", bouncer.Uri(OperationCluster.Database)), ("AUTOREST_DB_LISTEN_URI", cluster.Uri(OperationCluster.Database)));
        var write = new RawRequest("POST", "/entries").WithHeader("Content-Type", "application/json").WithBody("{\"id\":1}");
        Assert.Equal(201, (await server.Process.SendAsync(write)).Status);
        await server.UntilAsync(async () => (await bouncer.ExecuteAdminAsync("SHOW CLIENTS")).Count(c => c["user"] == "authenticator") >= 2, "the watch");
        await bouncer.RestartAsync(UnixSignal.Terminate, TimeSpan.FromMilliseconds(300));
        Assert.Equal(201, (await server.Process.SendAsync(write)).Status);
        Assert.Equal("2", await cluster.QueryAsync("select count(*) from entries", OperationCluster.Database));
    }

    static async Task WaitAsync(LoopingClients clients, int answers)
    {
        var aim = clients.Answers + answers;
        while (clients.Answers < aim)
        {
            await Task.Delay(10);
        }
    }

    [Theory]
    [InlineData(PostgresStop.Fast, true)]
    [InlineData(PostgresStop.Immediate, true)]
    [InlineData(PostgresStop.Fast, false)]
    public async Task A_restart_of_PostgreSQL_is_not_seen_by_clients_that_read(PostgresStop how, bool listens)
    {
        await using var cluster = await OperationCluster.CreateAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("PGRST_DB_CHANNEL_ENABLED", listens ? "true" : "false"));
        await using var clients = LoopingClients.Start(server.Process.Port, 6, static i => new("GET", $"/items?id=eq.{i}"));
        await clients.MoreAsync(100);
        await cluster.RestartAsync(how);
        await clients.MoreAsync(100);
        Assert.Empty(await clients.EndAsync());
    }

    [Fact]
    public async Task Without_time_for_retries_a_loss_is_answered_at_once()
    {
        await using var cluster = await OperationCluster.CreateAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("PGRST_DB_CHANNEL_ENABLED", "false"), ("AUTOREST_DB_RETRY_TIME", "0"));
        Assert.Equal(200, (await server.GetAsync("/items?id=eq.1")).Status);
        await cluster.RestartAsync(PostgresStop.Fast);
        Assert.Equal(503, (await server.GetAsync("/items?id=eq.1")).Status);
        Assert.Equal(0, await server.MetricAsync("autorest_db_reads_repeated_total"));
    }

    [Fact]
    public async Task A_write_waits_for_the_return_of_the_database_when_it_was_not_sent_yet()
    {
        await using var cluster = await OperationCluster.CreateAsync();
        await cluster.ExecuteAsync("create table entries (id int); grant select, insert on entries to visitor", OperationCluster.Database);
        await using var server = await OperatedServer.StartAsync(cluster);
        await server.UntilLoggedAsync("Listener connected");
        await cluster.StopAsync(PostgresStop.Fast);

        // The listener has noticed, so there is no idle connection that a write could be sent on in vain.
        await server.UntilLoggedAsync("Retrying listening");
        var write = server.Process.SendAsync(new RawRequest("POST", "/entries").WithHeader("Content-Type", "application/json").WithBody("{\"id\":1}"));
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_waiting_for_return") == 1, "the wait");
        await cluster.StartAsync();
        Assert.Equal(201, (await write).Status);
        Assert.Equal("1", await cluster.QueryAsync("select count(*) from entries", OperationCluster.Database));
    }

    [Fact]
    public async Task An_error_a_function_raises_in_the_name_of_a_lost_connection_is_the_answer()
    {
        var cluster = await shared.GetAsync();
        await cluster.ExecuteAsync(
            "create or replace function gone() returns int language plpgsql stable as $$ begin raise sqlstate '08006' using message = 'not really'; end $$",
            OperationCluster.Database);
        await using var server = await OperatedServer.StartAsync(cluster);
        var answer = await server.GetAsync("/rpc/gone");
        Assert.Equal(503, answer.Status);
        Assert.Contains("\"08006\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, await server.MetricAsync("autorest_db_reads_repeated_total"));
    }
}
