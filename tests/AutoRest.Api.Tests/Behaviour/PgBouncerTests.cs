using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Through a PgBouncer in transaction mode that does not keep prepared statements (1.18): nobody needs to know.</summary>
public sealed class PgBouncerTests(PgBouncerTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<PgBouncerTests.Fixture>
{
    [Fact]
    public async Task The_server_finds_out_by_itself_that_a_pooler_does_not_keep_statements()
    {
        var server = await fixture.ServerAsync();
        Assert.Contains("pooler that does not keep prepared statements", server.Output, StringComparison.Ordinal);
        fixture.Relay.Reset();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(200, (await server.SendAsync(Api.Get("/items?select=id,name&id=lt.5"))).Status);
            Assert.Equal(201, (await server.SendAsync(Api.Post("/added", """{"name":"x"}"""))).Status);
        }
        Assert.True(fixture.Relay['P'] > 60, "the relay counts nothing");
        Assert.Equal(0, fixture.Relay.Named);
        Assert.Equal(60, fixture.Relay['S']);
        Assert.Equal("0", (await server.SendAsync(Api.Get("/rpc/prepared"))).Text);
    }

    [Fact]
    public async Task Answers_and_errors_are_those_of_a_direct_connection()
    {
        var server = await fixture.ServerAsync();
        var cluster = await fixture.ClusterAsync();
        await using var direct = await Api.StartAsync(cluster.Uri(Fixture.Database), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        RawRequest[] requests =
        [
            Api.Get("/items?order=id"),
            Api.Get("/items?order=id&limit=3").Prefer("count=exact"),
            Api.Get("/items?order=id&limit=3").Prefer("count=planned"),
            Api.Get("/items?select=id&id=eq.1").WithHeader("Accept", "application/vnd.pgrst.object+json"),
            Api.Get("/items?id=lt.3").WithHeader("Accept", "application/vnd.pgrst.object+json"),
            Api.Get("/items?id=eq.x"),
            Api.Get("/items?nope=eq.1"),
            Api.Get("/items").Prefer("timezone=Nowhere"),
            Api.Get("/items").As("stranger"),
            Api.Get("/items").As("nobody_at_all"),
            Api.Get("/rpc/who").As("member", "alice"),
            Api.Get("/rpc/divide?a=1&b=0"),
            Api.Post("/rpc/divide", """{"a":6,"b":2}"""),
            Api.Post("/items", """{"id":1}"""),
            Api.Post("/children", """{"parent":-1}"""),
            Api.Patch("/items?id=lt.3", """{"name":"x"}""").Prefer("handling=strict,max-affected=1"),
            Api.Patch("/items?id=eq.3&select=id,name", """{"name":"x"}""").Prefer("return=representation"),
            Api.Delete("/items?id=eq.-1"),
        ];
        foreach (var request in requests)
        {
            var expected = await direct.SendAsync(request);
            for (var i = 0; i < 3; i++)
            {
                var found = await server.SendAsync(request);
                Assert.Equal((expected.Status, expected.Header("Content-Range"), expected.Text), (found.Status, found.Header("Content-Range"), found.Text));
            }
        }
    }

    [Fact]
    public async Task Large_results_stream()
    {
        var server = await fixture.ServerAsync();
        var answer = await server.SendAsync(Api.Get("/big").Prefer("count=exact"));
        Assert.Equal(200, answer.Status);
        Assert.Equal("0-19999/20000", answer.Header("Content-Range"));
        Assert.Equal("chunked", answer.Header("Transfer-Encoding"));
        Assert.True(answer.Body.Length > 20_000_000);
        using (var client = await SlowClient.SendAsync(server.Port, Api.Get("/late_error")))
        {
            Assert.False(await client.ReadToEndAsync());
        }
        Assert.Equal("6", (await server.SendAsync(Api.Get("/rpc/divide?a=12&b=2"))).Text);
    }

    [Fact]
    public async Task A_client_that_leaves_stops_its_query_and_no_other()
    {
        var server = await fixture.ServerAsync();
        var cluster = await fixture.ClusterAsync();
        for (var i = 0; i < 3; i++)
        {
            var others = Enumerable.Range(0, 3).Select(_ => server.SendAsync(Api.Get("/rpc/nap?seconds=1"))).ToArray();
            using (await SlowClient.SendAsync(server.Port, Api.Get("/rpc/nap?seconds=30")))
            {
                await Task.Delay(300);
            }
            await Api.UntilAsync(async () => await cluster.QueryAsync(
                $"select count(*) from pg_stat_activity where datname = '{Fixture.Database}' and state = 'active' and usename = 'authenticator' and now() - query_start > '1.8 s'") == "0"
                    && others.All(o => o.IsCompleted), TimeSpan.FromSeconds(20), "the end of the query");
            Assert.All(await Task.WhenAll(others), other => Assert.Equal(200, other.Status));
        }
    }

    [Fact]
    public async Task Messages_of_the_database_arrive_past_the_pooler()
    {
        var server = await fixture.ServerAsync();
        var cluster = await fixture.ClusterAsync();
        await Api.UntilAsync(() => Task.FromResult(server.Output.Contains("Listener connected", StringComparison.Ordinal)), TimeSpan.FromSeconds(10), "the listener");
        await cluster.ExecuteAsync("create table api.fresh (id int); grant select on api.fresh to anon; notify pgrst", Fixture.Database);
        await Api.UntilAsync(async () => (await server.SendAsync(Api.Get("/fresh"))).Status == 200, TimeSpan.FromSeconds(10), "the new table");
    }

    [Fact]
    public async Task A_pooler_that_is_restarted_is_503_and_then_serves_again()
    {
        var cluster = await fixture.ClusterAsync();
        var port = Ports.Free();
        var bouncer = await StartBouncerAsync(cluster, port);
        await using var server = await Api.StartAsync(bouncer.Uri(Fixture.Database), ("AUTOREST_DB_LISTEN_URI", cluster.Uri(Fixture.Database)));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.SendAsync(Api.Get("/rpc/nap?seconds=0.05"))));
        await bouncer.DisposeAsync();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(503, (await server.SendAsync(Api.Get("/items"))).Status);
        }
        await using var again = await StartBouncerAsync(cluster, port);
        var took = await Api.UntilAsync(async () => (await server.SendAsync(Api.Get("/items"))).Status == 200, TimeSpan.FromSeconds(2), "recovery");
        output.WriteLine($"recovered {took.TotalMilliseconds} ms after the return");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await server.SendAsync(Api.Get("/items"))).Status);
        }
    }

    static Task<PgBouncer> StartBouncerAsync(PostgresCluster cluster, int port) => PgBouncer.StartNewAsync(
        cluster, new Dictionary<string, string> { ["listen_port"] = port.ToString(CultureInfo.InvariantCulture), ["default_pool_size"] = "4" });

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "through_pgbouncer";

        Task<PostgresCluster>? _cluster;
        Task<ServerProcess>? _server;
        PgBouncer? _bouncer;
        WireRelay? _relay;

        internal WireRelay Relay => _relay!;

        public async Task<PostgresCluster> ClusterAsync()
        {
            Required.PgBouncer();
            return await (_cluster ??= shared.CreateAsync(Database, """
                create table api.items (id int primary key, name text);
                insert into api.items select n, 'item ' || n from generate_series(1, 10) n;
                create table api.added (id int generated always as identity, name text);
                create table api.children (parent int references api.items deferrable initially deferred);
                create view api.big as select n, repeat('x', 1000) as t from generate_series(1, 20000) n;
                create view api.late_error as select n, 1 / (50000 - n) as q from generate_series(1, 60000) n;
                grant all on all tables in schema api to anon, member;
                create function api.who() returns text language sql stable as $$ select current_user || current_setting('request.jwt.claims') $$;
                create function api.nap(seconds float) returns int language sql as 'select 1 from pg_sleep(seconds)';
                create function api.divide(a int, b int) returns int language sql as 'select a / b';
                create function api.prepared() returns bigint language sql as 'select count(*) from pg_prepared_statements';
                """));
        }

        public Task<ServerProcess> ServerAsync() => _server ??= StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (_server is { IsCompletedSuccessfully: true })
            {
                await _server.Result.DisposeAsync();
            }
            if (_relay is not null)
            {
                await _relay.DisposeAsync();
            }
            if (_bouncer is not null)
            {
                await _bouncer.DisposeAsync();
            }
        }

        async Task<ServerProcess> StartAsync()
        {
            var cluster = await ClusterAsync();
            _bouncer = await PgBouncer.StartNewAsync(cluster, new Dictionary<string, string> { ["default_pool_size"] = "5" });
            _relay = new WireRelay(_bouncer.Port);
            return await Api.StartAsync(_relay.Uri(Database), ("AUTOREST_DB_LISTEN_URI", cluster.Uri(Database)));
        }
    }
}
