using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>A connection serves one user after another: nothing of a request is left on it.</summary>
public sealed class SessionStateTests(SessionStateTests.Fixture fixture) : IClassFixture<SessionStateTests.Fixture>
{
    const int Users = 40;

    public static TheoryData<string> Before => new(Requests.Keys);

    static readonly Dictionary<string, RawRequest> Requests = new()
    {
        ["a token"] = Api.Get("/rpc/state").As("member", "alice"),
        ["a time zone"] = Api.Get("/rpc/state").Prefer("timezone=Asia/Tokyo"),
        ["a write"] = Api.Post("/added", """{"id":1}""").As("member", "alice"),
        ["a write that is rolled back"] = Api.Post("/added", """{"id":1}""").As("member", "alice").Prefer("tx=rollback"),
        ["a singular write that is refused"] =
            Api.Patch("/added?id=gt.0", """{"id":1}""").As("member", "alice").WithHeader("Accept", "application/vnd.pgrst.object+json"),
        ["a call that sets things"] = Api.Post("/rpc/meddle", "{}").As("member", "alice"),
        ["a call that fails"] = Api.Post("/rpc/meddle_and_fail", "{}").As("member", "alice"),
        ["a deferred constraint"] = Api.Post("/children", """{"parent":-1}""").As("member", "alice"),
        ["a role with settings"] = Api.Get("/rpc/state").As("stranger"),
        ["a serializable call"] = Api.Post("/rpc/serial", "{}").As("member", "alice"),
        ["a filter that cannot be read"] = Api.Get("/added?id=eq.x").As("member", "alice"),
        ["a role that does not exist"] = Api.Get("/added").As("nobody_at_all"),
    };

    [Theory]
    [MemberData(nameof(Before))]
    public async Task The_next_request_sees_nothing_of(string what)
    {
        var server = await fixture.ServerAsync();
        var before = await StateAsync(server);
        // Often enough that every statement of it is prepared.
        for (var i = 0; i < 6; i++)
        {
            var answer = await server.SendAsync(Requests[what]);
            Assert.True(answer.Status != 500, $"{answer.Status} {answer.Text}");
            Assert.Equal(before, await StateAsync(server));
        }
        using var state = JsonDocument.Parse(before);
        var names = new[] { "role", "timezone", "read_only", "claims", "search_path", "mine" };
        Assert.Equal(
            ["anon", "UTC", "on", """{"role":"anon"}""", "\"api\", \"public\"", ""], names.Select(name => state.RootElement.GetProperty(name).GetString()!));
    }

    [Fact]
    public async Task The_next_request_sees_nothing_of_one_whose_client_left()
    {
        var server = await fixture.ServerAsync();
        var before = await StateAsync(server);
        for (var i = 0; i < 5; i++)
        {
            using (var connection = await RawHttp.ConnectAsync(server.Port))
            {
                await connection.WriteAsync(RawHttp.Bytes(Api.Post("/rpc/meddle_and_sleep", "{}").As("member", "alice").Prefer("timezone=Asia/Tokyo")));
                await Task.Delay(50 * i);
            }
            Assert.Equal(before, await StateAsync(server));
        }
    }

    [Fact]
    public async Task No_connection_is_left_in_a_transaction()
    {
        var server = await fixture.ServerAsync();
        foreach (var request in Requests.Values)
        {
            await server.SendAsync(request);
        }
        var cluster = await fixture.ClusterAsync();
        await Api.UntilAsync(async () => await cluster.QueryAsync(
            $"select count(*) from pg_stat_activity where datname = '{Fixture.Database}' and usename = 'authenticator' and state <> 'idle'") == "0",
            TimeSpan.FromSeconds(3), "idle connections");
    }

    [Fact]
    public async Task Users_never_see_rows_of_another() => await AskAtOnceAsync(await fixture.BusyServerAsync(), 2_400);

    [Fact]
    public async Task Users_never_see_rows_of_another_through_PgBouncer()
    {
        Required.PgBouncer();
        await AskAtOnceAsync(await fixture.PooledServerAsync(), 1_600);
    }

    /// <summary>Sixteen clients at once, each request as another user, with errors, writes and calls between.</summary>
    static async Task AskAtOnceAsync(ServerProcess server, int requests)
    {
        var tokens = Enumerable.Range(0, Users).Select(n => Api.Token("member", $"user{n}")).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async client =>
        {
            var random = new Random(client);
            using var connection = await RawHttp.ConnectAsync(server.Port);
            for (var i = 0; i < requests / 16; i++)
            {
                var user = random.Next(Users + 1);
                var token = user < Users ? tokens[user] : null;
                await CheckAsync(connection, random.Next(6), $"user{user}", token);
            }
        }));
    }

    static async Task CheckAsync(RawHttp connection, int kind, string user, string? token)
    {
        var request = kind switch
        {
            0 => Api.Get("/notes?select=owner"),
            1 => Api.Get("/notes?select=owner,text&text=neq.x&order=id").Prefer("count=exact"),
            2 => Api.Get("/rpc/who"),
            3 => Api.Patch("/notes?select=owner&id=gt.0", """{"text":"changed"}""").Prefer("return=representation"),
            4 => Api.Patch("/notes?select=owner&id=gt.0", """{"text":"changed"}""").Prefer("return=representation,handling=strict,max-affected=1"),
            _ => Api.Get("/notes?id=eq.x"),
        };
        var answer = await connection.SendAsync(token is null ? request : request.WithHeader("Authorization", "Bearer " + token));
        if (kind == 5 || (kind == 4 && token is not null))
        {
            Assert.Equal(400, answer.Status);
            return;
        }
        Assert.True(answer.Status is 200 or 206, $"{request.Path}: {answer.Status} {answer.Text}");
        if (kind == 2)
        {
            Assert.Equal(token is null ? "\"anon:\"" : $"\"member:{user}\"", answer.Text);
            return;
        }
        using var rows = JsonDocument.Parse(answer.Body);
        Assert.Equal(token is null ? 0 : 5, rows.RootElement.GetArrayLength());
        Assert.All(rows.RootElement.EnumerateArray(), row => Assert.Equal(user, row.GetProperty("owner").GetString()));
    }

    static async Task<string> StateAsync(ServerProcess server)
    {
        var answer = await server.SendAsync(Api.Get("/rpc/state"));
        Assert.True(answer.Status == 200, $"{answer.Status} {answer.Text}");
        return answer.Text;
    }

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "session_state";

        readonly List<IAsyncDisposable> _parts = [];
        Task<PostgresCluster>? _cluster;
        Task<ServerProcess>? _server;

        public Task<PostgresCluster> ClusterAsync() => _cluster ??= shared.CreateAsync(Database, Sql);

        public Task<ServerProcess> ServerAsync() =>
            _server ??= StartAsync(null, ("PGRST_DB_POOL", "1"), ("PGRST_DB_TX_END", "commit-allow-override"));

        public Task<ServerProcess> BusyServerAsync() => StartAsync(null, ("PGRST_DB_POOL", "6"));

        public async Task<ServerProcess> PooledServerAsync()
        {
            var bouncer = await PgBouncer.StartNewAsync(await ClusterAsync(), new Dictionary<string, string> { ["default_pool_size"] = "2" });
            _parts.Add(bouncer);
            return await StartAsync(bouncer.Uri(Database), ("PGRST_DB_POOL", "8"), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var part in _parts.AsEnumerable().Reverse())
            {
                await part.DisposeAsync();
            }
        }

        async Task<ServerProcess> StartAsync(string? uri, params (string, string)[] settings)
        {
            var cluster = await ClusterAsync();
            var server = await Api.StartAsync(uri ?? cluster.Uri(Database), settings);
            _parts.Add(server);
            return server;
        }

        const string Sql = """
            create table api.added (id int);
            create table api.parents (id int primary key);
            create table api.children (parent int references api.parents deferrable initially deferred);
            create table api.notes (id int generated always as identity primary key, owner text, text text);
            insert into api.notes (owner, text) select 'user' || n % 40, 'note ' || n from generate_series(0, 199) n;
            alter table api.notes enable row level security;
            create policy own on api.notes using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
            grant all on all tables in schema api to anon, member, stranger;
            alter role stranger in database session_state set statement_timeout = '7s';

            create function api.state() returns json language sql stable as $$
              select json_build_object('role', current_user, 'setting', current_setting('role'), 'search_path', current_setting('search_path'),
                'claims', current_setting('request.jwt.claims', true), 'headers', current_setting('request.headers', true),
                'method', current_setting('request.method', true), 'cookies', current_setting('request.cookies', true),
                'read_only', current_setting('transaction_read_only'), 'isolation', current_setting('transaction_isolation'),
                'timezone', current_setting('timezone'), 'timeout', current_setting('statement_timeout'), 'work_mem', current_setting('work_mem'),
                'mine', coalesce(current_setting('my.setting', true), ''), 'response', coalesce(current_setting('response.headers', true), ''),
                'temporary', (select count(*) from pg_class where relname = 'left_behind')) $$;
            create function api.who() returns text language sql stable as $$
              select current_user || ':' || coalesce(current_setting('request.jwt.claims', true)::json ->> 'sub', '') $$;
            create function api.meddle() returns int language plpgsql as $$
            begin
              perform set_config('my.setting', 'left', true), set_config('work_mem', '5MB', true), set_config('timezone', 'Asia/Tokyo', true),
                set_config('search_path', 'pg_catalog', true), set_config('response.headers', '[{"X-Left": "1"}]', true);
              create temporary table left_behind (id int) on commit drop;
              return 1;
            end $$;
            create function api.meddle_and_fail() returns int language plpgsql as $$ begin perform api.meddle(); raise 'no'; end $$;
            create function api.meddle_and_sleep() returns int language plpgsql as $$
            begin perform api.meddle(); perform pg_sleep(2); return 1; end $$;
            create function api.serial() returns int language sql set default_transaction_isolation = 'serializable' as 'select 1';
            """;
    }
}
