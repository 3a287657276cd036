using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>PostgreSQL goes and comes back; the server stays, says so, and finds back by itself.</summary>
public sealed class OutageTests(OutageTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<OutageTests.Fixture>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_database_that_is_down_at_the_start_is_503_until_it_comes()
    {
        var cluster = await fixture.StartedAsync();
        await cluster.StopAsync();
        await using var server = await ServerProcess.StartAsync(cluster.Uri(Fixture.Database), Api.Settings(), waitUntilReady: false);
        RawResponse? answer = null;
        await Api.UntilAsync(async () => (answer = await TryAsync(server, "/items")) is not null, Patience, "the open port");
        Assert.Equal(503, answer!.Status);
        Assert.Equal("PGRST002", answer.Code());
        AssertRetryAfter(answer);

        await cluster.StartAsync();
        var took = await Api.UntilAsync(async () => (await server.SendAsync(Api.Get("/items"))).Status == 200, TimeSpan.FromSeconds(10), "recovery");
        output.WriteLine($"recovered {took.TotalMilliseconds} ms after the start");
    }

    [Theory]
    [InlineData(PostgresStop.Immediate)]
    [InlineData(PostgresStop.Fast)]
    public async Task A_database_that_goes_away_is_503_and_serves_again_within_two_seconds(PostgresStop how)
    {
        var cluster = await fixture.StartedAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Fixture.Database));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.SendAsync(Api.Get("/rpc/nap?seconds=0.05"))));
        var waiting = server.SendAsync(Api.Get("/rpc/nap?seconds=20"));
        await Task.Delay(200);
        await cluster.StopAsync(how);
        Assert.Equal(503, (await waiting).Status);
        for (var i = 0; i < 6; i++)
        {
            var refused = await server.SendAsync(Api.Get("/items"));
            Assert.Equal(503, refused.Status);
            AssertRetryAfter(refused);
        }
        Assert.Equal("PGRST000", (await server.SendAsync(Api.Get("/items"))).Code());

        await cluster.StartAsync();
        var took = await Api.UntilAsync(async () => (await server.SendAsync(Api.Get("/items"))).Status == 200, TimeSpan.FromSeconds(2), "recovery");
        output.WriteLine($"recovered {took.TotalMilliseconds} ms after the return");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await server.SendAsync(Api.Get("/items"))).Status);
        }
        await Api.UntilAsync(async () => await ListenersAsync(cluster) == 1, Patience, "the listener");
        Assert.DoesNotContain("unexpected", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_nobody_noticed_costs_at_most_what_was_idle()
    {
        var cluster = await fixture.StartedAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Fixture.Database), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.SendAsync(Api.Get("/rpc/nap?seconds=0.1"))));
        await cluster.RestartAsync(PostgresStop.Fast);
        var refused = 0;
        for (var i = 0; i < 20; i++)
        {
            refused += (await server.SendAsync(Api.Get("/items"))).Status == 503 ? 1 : 0;
        }
        output.WriteLine($"{refused} of 20 requests refused after a restart");
        Assert.InRange(refused, 0, 4);
    }

    [Fact]
    public async Task A_busy_pool_is_504_after_the_acquisition_timeout()
    {
        var cluster = await fixture.StartedAsync();
        await using var server = await Api.StartAsync(
            cluster.Uri(Fixture.Database), ("PGRST_DB_POOL", "1"), ("PGRST_DB_POOL_ACQUISITION_TIMEOUT", "1"));
        var busy = server.SendAsync(Api.Get("/rpc/nap?seconds=2.5"));
        await Task.Delay(300);
        var clock = Stopwatch.StartNew();
        var refused = await server.SendAsync(Api.Get("/items"));
        Assert.Equal(504, refused.Status);
        Assert.Equal("PGRST003", refused.Code());
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.8, 2.4);
        Assert.Equal(200, (await busy).Status);
        Assert.Equal(200, (await server.SendAsync(Api.Get("/items"))).Status);
    }

    [Fact]
    public async Task A_wrong_password_is_one_clear_line_and_exit_code_1()
    {
        var cluster = await fixture.StartedAsync();
        var uri = $"postgresql://locked:wrong-password@127.0.0.1:{cluster.Port}/{Fixture.Database}";
        await using var server = await ServerProcess.StartAsync(uri, Api.Settings(), waitUntilReady: false);
        await Api.UntilAsync(() => Task.FromResult(server.HasExited), Patience, "the end");
        Assert.Equal(1, await server.StopAsync());
        var lines = Lines(server).Where(l => l.Contains("password", StringComparison.Ordinal)).ToArray();
        Assert.Contains("password authentication failed for user ", Assert.Single(lines), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("reconnect", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_exit_code_1()
    {
        var cluster = await fixture.StartedAsync();
        using var taken = new TcpListener(IPAddress.Loopback, Ports.Free());
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var server = await ServerProcess.StartAsync(
            cluster.Uri(Fixture.Database), Api.Settings(("PGRST_SERVER_PORT", port)), waitUntilReady: false);
        await Api.UntilAsync(() => Task.FromResult(server.HasExited), Patience, "the end");
        Assert.Equal(1, await server.StopAsync());
        Assert.Contains("in use", Assert.Single(Lines(server), l => l.Contains(port, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_lets_a_running_request_finish_and_takes_no_other()
    {
        var cluster = await fixture.StartedAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Fixture.Database));
        var running = server.SendAsync(Api.Get("/rpc/nap?seconds=2"));
        using var stream = await SlowClient.SendAsync(server.Port, Api.Get("/big"));
        await stream.ReadAsync();
        await Task.Delay(300);
        server.Signal(UnixSignal.Terminate);
        await Api.UntilAsync(async () => await TryAsync(server, "/items") is null, TimeSpan.FromSeconds(2), "the closed port");
        Assert.False(running.IsCompleted, "the running request ended before it could");
        var answer = await running;
        Assert.Equal(200, answer.Status);
        Assert.Equal("1", answer.Text);
        Assert.True(await stream.ReadToEndAsync(), "the streamed response was cut");
        Assert.Equal(0, await server.StopAsync());
        Assert.Contains("Received termination unix signal SIGTERM", server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notify pgrst")]
    [InlineData("notify pgrst, 'reload schema'")]
    [InlineData(null)]
    public async Task A_new_table_appears_after_a_reload(string? notification)
    {
        var cluster = await fixture.StartedAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Fixture.Database));
        var table = "fresh_" + Guid.NewGuid().ToString("N");
        await cluster.ExecuteAsync($"create table api.{table} (id int); grant select on api.{table} to anon", Fixture.Database);
        Assert.Equal(404, (await server.SendAsync(Api.Get("/" + table))).Status);
        if (notification is null)
        {
            server.Signal(UnixSignal.User1);
        }
        else
        {
            await Api.UntilAsync(() => Task.FromResult(server.Output.Contains("Listener connected", StringComparison.Ordinal)), Patience, "the listener");
            await cluster.ExecuteAsync(notification, Fixture.Database);
        }
        var took = await Api.UntilAsync(async () => (await server.SendAsync(Api.Get("/" + table))).Status == 200, Patience, "the new table");
        output.WriteLine($"{notification ?? "SIGUSR1"}: {took.TotalMilliseconds} ms");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_changed_setting_counts_after_a_reload(bool notify)
    {
        var cluster = await fixture.StartedAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Fixture.Database));
        Assert.Equal("*/*", (await server.SendAsync(Api.Get("/items?limit=0"))).Header("Content-Range"));
        await Api.UntilAsync(() => Task.FromResult(server.Output.Contains("Listener connected", StringComparison.Ordinal)), Patience, "the listener");
        await cluster.ExecuteAsync($"alter role authenticator in database {Fixture.Database} set pgrst.db_max_rows = '3'");
        Assert.Equal("0-9/*", (await server.SendAsync(Api.Get("/items"))).Header("Content-Range"));
        if (notify)
        {
            await cluster.ExecuteAsync("notify pgrst, 'reload config'", Fixture.Database);
        }
        else
        {
            server.Signal(UnixSignal.User2);
        }
        await Api.UntilAsync(async () => (await server.SendAsync(Api.Get("/items"))).Header("Content-Range") == "0-2/*", Patience, "the new limit");
        await cluster.ExecuteAsync($"alter role authenticator in database {Fixture.Database} reset all");
    }

    [Fact]
    public async Task A_listener_that_is_cut_off_comes_back_and_hears()
    {
        var cluster = await fixture.StartedAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Fixture.Database));
        await Api.UntilAsync(async () => await ListenersAsync(cluster) == 1, Patience, "the listener");
        await cluster.ExecuteAsync("create table if not exists api.missed (id int); grant select on api.missed to anon", Fixture.Database);
        await cluster.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and usename = 'authenticator'", Fixture.Database);
        // What was said meanwhile was not heard, so the cache is read anew.
        await Api.UntilAsync(async () => (await server.SendAsync(Api.Get("/missed"))).Status == 200, TimeSpan.FromSeconds(8), "the reload");
        Assert.Equal(1, await ListenersAsync(cluster));
    }

    static async Task<int> ListenersAsync(PostgresCluster cluster) => int.Parse(await cluster.QueryAsync(
        $"select count(*) from pg_stat_activity where datname = '{Fixture.Database}' and query ilike 'listen%' and usename = 'authenticator'"), CultureInfo.InvariantCulture);

    static void AssertRetryAfter(RawResponse answer) =>
        Assert.InRange(int.Parse(answer.Header("Retry-After") ?? "-1", CultureInfo.InvariantCulture), 0, 32);

    static string[] Lines(ServerProcess server) => server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Null where nobody listens.</summary>
    static async Task<RawResponse?> TryAsync(ServerProcess server, string path)
    {
        try
        {
            return await server.SendAsync(Api.Get(path));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>A cluster of its own, which may be stopped.</summary>
    public sealed class Fixture : IAsyncDisposable
    {
        public const string Database = "outage";

        Task<PostgresCluster>? _cluster;

        public Task<PostgresCluster> StartedAsync()
        {
            Required.PostgreSql();
            return _cluster ??= StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_cluster is { IsCompletedSuccessfully: true })
            {
                await _cluster.Result.DisposeAsync();
            }
        }

        static async Task<PostgresCluster> StartAsync()
        {
            var cluster = await PostgresCluster.StartNewAsync();
            await cluster.ExecuteAsync(BehaviourCluster.Roles + "create role locked login password 'right-password'");
            await BehaviourCluster.CreateAsync(cluster, Database, """
                create table api.items as select n as id from generate_series(1, 10) n;
                create view api.big as select n, repeat('x', 1000) as t from generate_series(1, 20000) n;
                grant select on all tables in schema api to anon;
                create function api.nap(seconds float) returns int language sql stable as 'select 1 from pg_sleep(seconds)';
                """);
            var access = Path.Combine(cluster.Folder, "data", "pg_hba.conf");
            await File.WriteAllTextAsync(access, "host all locked 127.0.0.1/32 scram-sha-256\n" + await File.ReadAllTextAsync(access));
            await cluster.ExecuteAsync("select pg_reload_conf()");
            return cluster;
        }
    }
}
