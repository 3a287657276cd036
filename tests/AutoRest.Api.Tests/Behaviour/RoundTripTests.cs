using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>What a request costs on the wire, counted between the server and PostgreSQL. A Sync is a round trip.</summary>
public sealed class RoundTripTests(RoundTripTests.Fixture fixture) : IClassFixture<RoundTripTests.Fixture>
{
    // Seen, admitted, counted by the driver, prepared: from the fifth time on nothing is parsed.
    const int WarmUp = 5;

    const int Measured = 3;

    const string Singular = "application/vnd.pgrst.object+json";

    [Theory]
    [InlineData("a read", 1, "GET", "/items?id=lte.5&select=id,name", "", "", "")]
    [InlineData("a read of everything", 1, "GET", "/items", "", "", "")]
    [InlineData("a read with a count", 1, "GET", "/items?limit=5", "count=exact", "", "")]
    [InlineData("a read with a planned count", 1, "GET", "/items?limit=5", "count=planned", "", "")]
    [InlineData("a singular read", 1, "GET", "/items?id=eq.1", "", Singular, "")]
    [InlineData("a read with an embed", 1, "GET", "/items?select=id,parts(id)&id=eq.1", "", "", "")]
    [InlineData("a read with a time zone", 1, "GET", "/items?id=eq.1", "timezone=UTC", "", "")]
    [InlineData("a read as CSV", 1, "GET", "/items?id=lt.4", "", "text/csv", "")]
    [InlineData("a head", 1, "HEAD", "/items?id=lt.4", "", "", "")]
    [InlineData("an insert", 1, "POST", "/added", "", "", """{"name":"a"}""")]
    [InlineData("an insert that returns its rows", 1, "POST", "/added", "return=representation", "", """[{"name":"a"},{"name":"b"}]""")]
    [InlineData("an upsert", 1, "POST", "/items", "resolution=merge-duplicates", "", """{"id":7,"name":"seven"}""")]
    [InlineData("an update", 1, "PATCH", "/items?id=eq.2", "", "", """{"name":"two"}""")]
    [InlineData("a delete", 1, "DELETE", "/items?id=eq.-1", "", "", "")]
    [InlineData("a call", 1, "POST", "/rpc/twice", "", "", """{"n":21}""")]
    [InlineData("a call by GET", 1, "GET", "/rpc/twice?n=21", "", "", "")]
    [InlineData("a call of a set", 1, "GET", "/rpc/all_items?id=lt.3&select=name", "", "", "")]
    [InlineData("a singular update", 2, "PATCH", "/items?id=eq.2", "", Singular, """{"name":"two"}""")]
    [InlineData("an update with a limit", 2, "PATCH", "/items?id=eq.2", "handling=strict,max-affected=1", "", """{"name":"two"}""")]
    [InlineData("a put", 2, "PUT", "/items?id=eq.9", "", "", """{"id":9,"name":"nine"}""")]
    public async Task A_warm_request_parses_nothing_and_takes_no_more_round_trips_than_it_must(
        string what, int roundTrips, string method, string path, string prefer, string accept, string body)
    {
        var server = await fixture.ServerAsync();
        var request = new RawRequest(method, path);
        request = prefer.Length > 0 ? request.Prefer(prefer) : request;
        request = accept.Length > 0 ? request.WithHeader("Accept", accept) : request;
        request = body.Length > 0 ? request.WithHeader("Content-Type", "application/json").WithBody(body) : request;
        for (var i = 0; i < WarmUp; i++)
        {
            await SendAsync(server, request);
        }

        fixture.Relay.Reset();
        for (var i = 0; i < Measured; i++)
        {
            await SendAsync(server, request);
        }

        Assert.True(roundTrips * Measured == fixture.Relay['S'], $"{what}: {fixture.Relay['S']} round trips for {Measured} requests");
        Assert.True(fixture.Relay['Q'] == 0, $"{what}: {fixture.Relay['Q']} simple queries");
        Assert.True(fixture.Relay['P'] == 0, $"{what}: parsed again: {string.Join(" | ", fixture.Relay.Parsed)}");
    }

    [Fact]
    public async Task Another_value_is_not_another_statement()
    {
        var server = await fixture.ServerAsync();
        for (var i = 0; i < WarmUp; i++)
        {
            await SendAsync(server, Api.Get("/items?id=in.(1,2)&name=neq.x&limit=5&offset=0"));
        }

        fixture.Relay.Reset();
        for (var i = 0; i < Measured; i++)
        {
            var list = string.Join(',', Enumerable.Range(i, 3 + i));
            await SendAsync(server, Api.Get(string.Create(CultureInfo.InvariantCulture, $"/items?id=in.({list})&name=neq.{i}&limit={3 + i}&offset={i}")));
        }

        Assert.Empty(fixture.Relay.Parsed);
    }

    [Theory]
    [InlineData("/items?id=eq.x", 400)]
    [InlineData("/rpc/fails", 400)]
    public async Task A_refused_request_takes_one_round_trip(string path, int status)
    {
        var server = await fixture.ServerAsync();
        await server.SendAsync(Api.Get("/items?id=eq.1"));
        fixture.Relay.Reset();
        Assert.Equal(status, (await server.SendAsync(Api.Get(path))).Status);
        Assert.Equal(1, fixture.Relay['S']);
    }

    static async Task SendAsync(ServerProcess server, RawRequest request)
    {
        var answer = await server.SendAsync(request);
        Assert.True(answer.Status < 300, $"{answer.Status} {answer.Text}");
    }

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        WireRelay? _relay;
        Task<ServerProcess>? _server;

        internal WireRelay Relay => _relay!;

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
        }

        async Task<ServerProcess> StartAsync()
        {
            var cluster = await shared.CreateAsync("round_trips", """
                create table api.items (id int primary key, name text);
                create table api.parts (id int primary key, item int references api.items);
                create table api.added (id int primary key generated always as identity, name text);
                insert into api.items select n, 'item ' || n from generate_series(1, 100) n;
                insert into api.parts select n, n from generate_series(1, 100) n;
                grant all on all tables in schema api to anon;
                create function api.twice(n int) returns int language sql as 'select n * 2';
                create function api.all_items() returns setof api.items language sql stable as 'select * from api.items';
                create function api.fails() returns int language plpgsql stable as $$ begin raise 'no'; end $$;
                """);
            _relay = new WireRelay(cluster.Port);
            return await Api.StartAsync(_relay.Uri("round_trips"), ("PGRST_DB_POOL", "1"), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        }
    }
}
