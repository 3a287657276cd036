using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

/// <summary>A primary and its streaming standby, with what tells them apart: <c>pg_is_in_recovery()</c>.</summary>
public sealed class ReplicatedCluster : IAsyncDisposable
{
    const string Setup = """
        create table entries (id int primary key, note text);
        create table doubled (id int primary key, twin int unique deferrable initially deferred);
        create table owned (id int, owner text);
        insert into owned values (1, 'visitor'), (2, 'member');
        alter table owned enable row level security;
        create policy own on owned using (owner = current_user);
        create unlogged table scratch (id int);
        insert into scratch values (1);
        grant select, insert, update, delete on entries, doubled to visitor, member;
        grant select on owned, scratch to visitor, member;
        create view place as select pg_is_in_recovery() as standby;
        grant select on place to visitor, member;
        create function place_stable() returns boolean language sql stable as 'select pg_is_in_recovery()';
        create function place_volatile() returns boolean language sql volatile as 'select pg_is_in_recovery()';
        create function place_serializable() returns boolean language sql stable set default_transaction_isolation = 'serializable' as 'select pg_is_in_recovery()';
        create function place_repeatable() returns boolean language sql stable set default_transaction_isolation = 'repeatable read' as 'select pg_is_in_recovery()';
        create function place_slow() returns boolean language plpgsql stable as $$ begin perform count(*) from items; perform pg_sleep(2); return pg_is_in_recovery(); end $$;
        """;

    ReplicatedCluster(PostgresCluster primary, PostgresCluster standby) => (Primary, Standby) = (primary, standby);

    public PostgresCluster Primary { get; }

    public PostgresCluster Standby { get; }

    public static async Task<ReplicatedCluster> CreateAsync()
    {
        Required.PostgreSql();
        Required.That(PostgresCluster.CanHaveStandby, "pg_basebackup is not installed");
        var primary = await OperationCluster.CreateAsync();
        try
        {
            await primary.ExecuteAsync(Setup, OperationCluster.Database);
            return new(primary, await primary.StartStandbyAsync());
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    /// <summary>A server that reads from the standby, once it does.</summary>
    public async Task<OperatedServer> StartServerAsync(params (string Name, string Value)[] settings)
    {
        var server = await OperatedServer.StartAsync(Primary, true, [("AUTOREST_DB_READ_URI", Standby.Uri(OperationCluster.Database)), .. settings]);
        await server.UntilAsync(async () => await IsOnStandbyAsync(server), "a read from the standby");
        return server;
    }

    /// <summary>Where a read runs.</summary>
    public static async Task<bool> IsOnStandbyAsync(OperatedServer server, string? prefer = null)
    {
        var request = new RawRequest("GET", "/place");
        var answer = await server.Process.SendAsync(prefer is null ? request : request.WithHeader("Prefer", prefer));
        Assert.Equal(200, answer.Status);
        return answer.Text == "[{\"standby\":true}]";
    }

    public Task PauseAsync() => Standby.ExecuteAsync("select pg_wal_replay_pause()");

    public Task ResumeAsync() => Standby.ExecuteAsync("select pg_wal_replay_resume()");

    public string Label => string.Create(CultureInfo.InvariantCulture, $"{{replica=\"127.0.0.1:{Standby.Port}\"}}");

    public async ValueTask DisposeAsync()
    {
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
    }
}

/// <summary>Reads from a standby, writes to the primary, with both running. docs/replicas.md.</summary>
public sealed class ReplicaRoutingTests : IAsyncLifetime
{
    ReplicatedCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ReplicatedCluster.CreateAsync();

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? default;

    static RawRequest Post(string path, string body) => new RawRequest("POST", path).WithHeader("Content-Type", "application/json").WithBody(body);

    static RawRequest Insert(int id) => Post("/entries", string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{id}}}"));

    [Fact]
    public async Task Read_only_transactions_run_on_the_standby_and_all_others_on_the_primary()
    {
        await using var server = await _cluster.StartServerAsync();
        async Task<string> AskAsync(RawRequest request)
        {
            var answer = await server.Process.SendAsync(request);
            Assert.Equal(200, answer.Status);
            return answer.Text;
        }

        Assert.Equal("true", await AskAsync(new("GET", "/rpc/place_stable")));
        Assert.Equal("true", await AskAsync(Post("/rpc/place_stable", "{}")));
        Assert.Equal("true", await AskAsync(new("GET", "/rpc/place_volatile")));
        Assert.Equal("true", await AskAsync(new("GET", "/rpc/place_repeatable")));
        Assert.Equal("false", await AskAsync(Post("/rpc/place_volatile", "{}")));
        Assert.Equal("false", await AskAsync(new("GET", "/rpc/place_serializable")));
        Assert.Equal(200, (await server.Process.SendAsync(new("HEAD", "/items"))).Status);
        Assert.Equal(201, (await server.Process.SendAsync(Insert(1))).Status);
        Assert.Equal("1", await _cluster.Primary.QueryAsync("select count(*) from entries", OperationCluster.Database));

        // What a standby cannot do, the primary does.
        Assert.Equal("[{\"id\":1}]", await AskAsync(new("GET", "/scratch")));
        Assert.Equal(200, (await server.GetAsync("/")).Status);

        // Errors and policies are the same ones.
        Assert.Equal("[{\"id\":1,\"owner\":\"visitor\"}]", await AskAsync(new("GET", "/owned")));
        Assert.Equal(404, (await server.GetAsync("/nothing")).Status);
        Assert.Equal("22P02", CodeOf(await server.GetAsync("/items?id=eq.x")));
        Assert.Equal("42883", CodeOf(await server.GetAsync("/items?id=like.x")));
        Assert.Equal(1, await server.MetricAsync("autorest_replica_up" + _cluster.Label));
        Assert.InRange(await server.MetricAsync("autorest_reads_total{target=\"replica\"}"), 8, double.MaxValue);
        Assert.Equal(2, await server.MetricAsync("autorest_replica_fallbacks_total{reason=\"error\"}"));
    }

    [Fact]
    public async Task A_write_is_answered_with_a_position_behind_its_commit_and_reads_that_name_it_see_the_write()
    {
        await using var server = await _cluster.StartServerAsync(("PGRST_DB_TX_END", "commit-allow-override"), ("PGRST_DB_POOL", "1"));
        for (var id = 1; id <= 30; id++)
        {
            // Both frames: the transaction of the batch, and the one whose result decides.
            var insert = Insert(id).WithHeader("Prefer", "return=representation");
            var written = await server.Process.SendAsync(id % 2 == 0 ? insert : insert.WithHeader("Accept", "application/vnd.pgrst.object+json"));
            Assert.Equal(201, written.Status);
            var position = written.Header("AutoRest-LSN")!;
            Assert.Matches("^[0-9A-F]+/[0-9A-F]+$", position);
            var read = await server.Process.SendAsync(new RawRequest("GET", $"/entries?select=id&id=eq.{id}").WithHeader("Prefer", $"read-after={position}"));
            Assert.Equal($"[{{\"id\":{id}}}]", read.Text);
            Assert.Equal($"read-after={position}", read.Header("Preference-Applied"));
            Assert.Null(read.Header("AutoRest-LSN"));
        }

        // Some of them waited for the standby; not all went to the primary.
        Assert.NotEqual(0, await server.MetricAsync("autorest_reads_total{target=\"replica\"}"));

        // What was not committed has no position, and leaves the only connection as it was.
        Assert.Null((await server.Process.SendAsync(Insert(99).WithHeader("Prefer", "tx=rollback"))).Header("AutoRest-LSN"));
        var conflict = await server.Process.SendAsync(Insert(1));
        Assert.Equal((409, null), (conflict.Status, conflict.Header("AutoRest-LSN")));
        var deferred = await server.Process.SendAsync(Post("/doubled", "[{\"id\":1,\"twin\":1},{\"id\":2,\"twin\":1}]"));
        Assert.Equal((409, "23505"), (deferred.Status, CodeOf(deferred)));
        Assert.NotNull((await server.Process.SendAsync(new("DELETE", "/entries?id=eq.30"))).Header("AutoRest-LSN"));
        Assert.NotNull((await server.Process.SendAsync(Post("/rpc/place_volatile", "{}"))).Header("AutoRest-LSN"));
        Assert.Equal("29", await _cluster.Primary.QueryAsync("select count(*) from entries", OperationCluster.Database));

        var shown = await server.Process.SendAsync(new RawRequest("GET", "/items?limit=1").WithHeader("Origin", "http://elsewhere.example"));
        Assert.EndsWith(", AutoRest-LSN", shown.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preferences_choose_the_server_and_the_lag_limit_excludes_a_standby_that_stands_still()
    {
        await using var server = await _cluster.StartServerAsync(("AUTOREST_REPLICA_MAX_LAG", "2"));
        Assert.False(await ReplicatedCluster.IsOnStandbyAsync(server, "read=primary"));
        Assert.False(await ReplicatedCluster.IsOnStandbyAsync(server, "read-after=FFFFFF/0"));
        Assert.True(await ReplicatedCluster.IsOnStandbyAsync(server, "read-after=0/1"));
        Assert.True(await ReplicatedCluster.IsOnStandbyAsync(server, "read-after=nonsense"));
        var strict = await server.Process.SendAsync(new RawRequest("GET", "/place").WithHeader("Prefer", "handling=strict, read-after=0/0/0"));
        Assert.Equal((400, "PGRST122"), (strict.Status, CodeOf(strict)));
        Assert.Equal(200, (await server.Process.SendAsync(new RawRequest("GET", "/place").WithHeader("Prefer", "handling=strict, read=primary"))).Status);

        await _cluster.PauseAsync();
        var position = (await server.Process.SendAsync(Insert(1))).Header("AutoRest-LSN");
        Assert.True(await ReplicatedCluster.IsOnStandbyAsync(server));
        Assert.False(await ReplicatedCluster.IsOnStandbyAsync(server, $"read-after={position}"));
        await server.UntilAsync(async () => !await ReplicatedCluster.IsOnStandbyAsync(server), "the end of reads from a standby that is too far behind");
        Assert.Equal(0, await server.MetricAsync("autorest_replica_up" + _cluster.Label));
        Assert.InRange(await server.MetricAsync("autorest_replica_lag_seconds" + _cluster.Label), 2, 60);
        Assert.NotEqual(0, await server.MetricAsync("autorest_replica_fallbacks_total{reason=\"lag\"}"));

        // The cache may know what the standby does not.
        await _cluster.ResumeAsync();
        await server.UntilAsync(() => ReplicatedCluster.IsOnStandbyAsync(server), "the return");
        Assert.True(await ReplicatedCluster.IsOnStandbyAsync(server, $"read-after={position}"));
        await _cluster.PauseAsync();
        await _cluster.Primary.ExecuteAsync("create table later (id int); grant select on later to visitor; notify pgrst", OperationCluster.Database);
        await server.UntilAsync(async () => (await server.GetAsync("/later")).Status == 200, "the reload");

        // A primary at rest is not a standby that is behind.
        await _cluster.ResumeAsync();
        await server.UntilAsync(() => ReplicatedCluster.IsOnStandbyAsync(server), "the return");
        await Task.Delay(3000);
        Assert.True(await ReplicatedCluster.IsOnStandbyAsync(server));
        Assert.Equal(0, await server.MetricAsync("autorest_replica_lag_seconds" + _cluster.Label));
    }

    [Fact]
    public async Task A_read_that_is_in_the_way_of_recovery_runs_on_the_primary()
    {
        await _cluster.Standby.ExecuteAsync("alter system set max_standby_streaming_delay = 0");
        await _cluster.Standby.ExecuteAsync("select pg_reload_conf()");
        await using var server = await _cluster.StartServerAsync();
        var read = server.GetAsync("/rpc/place_slow");
        await server.UntilAsync(
            async () => await _cluster.Standby.QueryAsync("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == "1", "the read");
        await _cluster.Primary.ExecuteAsync("alter table items add column more int", OperationCluster.Database);
        var answer = await read;
        Assert.Equal((200, "false"), (answer.Status, answer.Text));
        Assert.Equal(1, await server.MetricAsync("autorest_replica_fallbacks_total{reason=\"error\"}"));
    }

    [Fact]
    public async Task A_standby_that_dies_returns_or_is_promoted_is_not_noticed_by_clients()
    {
        await using var server = await _cluster.StartServerAsync();
        var label = "autorest_replica_up" + _cluster.Label;
        await using (var clients = LoopingClients.Start(server.Process.Port, 8, number => number < 6
            ? new RawRequest("GET", "/items?select=id,name&limit=50")
            : Insert(Random.Shared.Next()).WithHeader("Prefer", "resolution=merge-duplicates")))
        {
            await clients.MoreAsync(200);
            foreach (var stop in (PostgresStop[])[PostgresStop.Immediate, PostgresStop.Fast])
            {
                await _cluster.Standby.StopAsync(stop);
                await clients.MoreAsync(200);
                await server.UntilAsync(async () => await server.MetricAsync(label) == 0, "the end of reads from the standby");
                await _cluster.Standby.StartAsync();
                await server.UntilAsync(async () => await server.MetricAsync(label) == 1, "the return of the standby");
                await clients.MoreAsync(200);
            }

            await _cluster.Standby.ExecuteAsync("select pg_promote()");
            await server.UntilAsync(async () => await server.MetricAsync(label) == 0, "the end of reads from what was a standby");
            await clients.MoreAsync(200);
            Assert.Empty(await clients.EndAsync());
        }

        await _cluster.Primary.ExecuteAsync("update items set name = 'on the primary' where id = 1", OperationCluster.Database);
        Assert.Contains("on the primary", (await server.GetAsync("/items?id=eq.1")).Text, StringComparison.Ordinal);
        Assert.Contains("it is not a standby", server.Process.Output, StringComparison.Ordinal);
        Assert.Equal(0, await server.MetricAsync("autorest_db_pool_in_use"));
        Assert.Equal(0, await server.MetricAsync("autorest_replica_pool_in_use" + _cluster.Label));
    }

    [Fact]
    public async Task Without_the_setting_there_is_neither_position_nor_preference_nor_metric()
    {
        await using var server = await OperatedServer.StartAsync(_cluster.Primary);
        Assert.Null((await server.Process.SendAsync(Insert(1))).Header("AutoRest-LSN"));
        var read = await server.Process.SendAsync(new RawRequest("GET", "/place").WithHeader("Prefer", "read-after=0/1, count=exact").WithHeader("Origin", "http://a.example"));
        Assert.Equal("count=exact", read.Header("Preference-Applied"));
        Assert.DoesNotContain("AutoRest-LSN", read.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Equal(400, (await server.Process.SendAsync(new RawRequest("GET", "/place").WithHeader("Prefer", "handling=strict, read=primary"))).Status);
        Assert.DoesNotContain("replica", (await server.AdminAsync("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_succeed_where_the_position_may_not_be_read_and_a_wrong_address_is_not_read_from()
    {
        await _cluster.Primary.ExecuteAsync("revoke execute on function pg_current_wal_insert_lsn() from public", OperationCluster.Database);
        var id = 0;
        foreach (var accept in (string[])["application/json", "application/vnd.pgrst.object+json"])
        {
            // One server for each frame of a write: after the first refusal nobody asks again.
            await using var server = await OperatedServer.StartAsync(_cluster.Primary, true, ("AUTOREST_DB_READ_URI", _cluster.Primary.Uri(OperationCluster.Database)));
            await server.UntilLoggedAsync("it is not a standby");
            for (var i = 0; i < 4; i++)
            {
                var written = await server.Process.SendAsync(Insert(++id).WithHeader("Accept", accept).WithHeader("Prefer", "return=representation"));
                Assert.Equal((201, null), (written.Status, written.Header("AutoRest-LSN")));
            }

            Assert.Contains("Writes are answered without a position of the log", server.Process.Output, StringComparison.Ordinal);
            Assert.False(await ReplicatedCluster.IsOnStandbyAsync(server));
            Assert.Equal(1, await server.MetricAsync("autorest_replica_fallbacks_total{reason=\"unavailable\"}"));
        }

        Assert.Equal("8", await _cluster.Primary.QueryAsync("select count(*) from entries", OperationCluster.Database));
    }

    [Fact]
    public async Task Several_standbys_share_the_reads_and_outlive_each_other_and_the_primary()
    {
        await _cluster.Primary.ExecuteAsync("create function port() returns int language sql stable as 'select inet_server_port()'", OperationCluster.Database);
        await using var second = await _cluster.Primary.StartStandbyAsync();
        await using var server = await OperatedServer.StartAsync(_cluster.Primary, true, ("AUTOREST_DB_READ_URI", string.Create(
            CultureInfo.InvariantCulture, $"postgresql://authenticator@127.0.0.1:{_cluster.Standby.Port},127.0.0.1:{second.Port}/{OperationCluster.Database}")));
        async Task<string> PortsAsync()
        {
            var ports = new SortedSet<int>();
            for (var i = 0; i < 4; i++)
            {
                var answer = await server.GetAsync("/rpc/port");
                Assert.Equal(200, answer.Status);
                ports.Add(int.Parse(answer.Text, CultureInfo.InvariantCulture));
            }

            return string.Join(',', ports);
        }

        var both = string.Join(',', new[] { _cluster.Standby.Port, second.Port }.Order());
        await server.UntilAsync(async () => await PortsAsync() == both, "reads from both standbys");
        await second.StopAsync(PostgresStop.Fast);
        var left = _cluster.Standby.Port.ToString(CultureInfo.InvariantCulture);
        await server.UntilAsync(async () => await PortsAsync() == left, "reads from the other standby");

        // Reads go on without the primary; writes wait for its return, or are refused.
        await _cluster.Primary.StopAsync(PostgresStop.Fast);
        Assert.Equal(left, await PortsAsync());
        var write = server.Process.SendAsync(Insert(1));
        Assert.Equal(left, await PortsAsync());
        await _cluster.Primary.StartAsync();
        Assert.Contains((await write).Status, (int[])[201, 503]);
        await server.UntilAsync(async () => (await server.Process.SendAsync(Insert(2))).Status == 201, "a write");
    }

    static string? CodeOf(RawResponse response) =>
        System.Text.Json.JsonDocument.Parse(response.Text).RootElement.GetProperty("code").GetString();
}
