using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>
/// Prepared statements change no answer. One connection throughout, so that whatever a request leaves there meets the next one.
/// </summary>
public sealed class PreparedStatementTests(PreparedStatementTests.Fixture fixture) : IClassFixture<PreparedStatementTests.Fixture>
{
    /// <summary>Uses of a function <c>stranger</c> and <c>anon</c> may not execute. PostgreSQL inlines it, and then its right is checked only by planning.</summary>
    public static TheoryData<string> Uses => new(
        "/rpc/secret?n=1",
        "/items?select=secret_mark&id=eq.1",
        "/items?select=id&secret_mark=eq.secret1",
        "/items?select=id&order=secret_mark&limit=1",
        "/items?select=id,secret_parts(id)&id=eq.1",
        "/marked?select=s&id=eq.1",
        "/marked",
        "/guarded?select=id");

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task A_role_without_EXECUTE_is_refused_whoever_asked_before(string path)
    {
        var server = await fixture.ServerAsync();
        await AlternateAsync(path, async role => await server.SendAsync(Api.Get(path).As(role)));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task A_role_given_by_the_pre_request_function_is_refused_whoever_asked_before(string path)
    {
        var server = await fixture.SwitchingServerAsync();
        await AlternateAsync(path, async role =>
            await server.SendAsync(role is null ? Api.Get(path) : Api.Get(path).WithHeader("X-Role", role)));
    }

    static async Task AlternateAsync(string path, Func<string?, Task<RawResponse>> sendAsync)
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 6; i++)
            {
                var answer = await sendAsync("member");
                Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Text}");
            }
            for (var i = 0; i < 3; i++)
            {
                foreach (var role in new[] { "stranger", null })
                {
                    var answer = await sendAsync(role);
                    Assert.True(answer.Status is 401 or 403 && answer.Code() == "42501", $"{path} as {role ?? "anon"}: {answer.Status} {answer.Text}");
                }
            }
        }
    }

    /// <summary>Every way to fail, each with the answer that is due, among requests that succeed.</summary>
    static readonly (RawRequest Request, int Status, string Expected)[] Mixed =
    [
        (Api.Get("/items?select=name&id=eq.5"), 200, """[{"name":"item 5"}]"""),
        (Api.Get("/items?select=id,name&id=eq.6"), 200, """[{"id":6,"name":"item 6"}]"""),
        (Api.Get("/items?select=name&id=eq.x"), 400, "22P02"),
        (Api.Get("/items?select=name&name=cs.{x}"), 404, "42883"),
        (Api.Get("/items?select=name&id=eq.5").Prefer("timezone=Nowhere/Land"), 400, "22023"),
        (Api.Get("/rpc/divide?a=6&b=3").Prefer("timezone=Nowhere/Land"), 400, "22023"),
        (Api.Get("/rpc/divide?a=6&b=3"), 200, "2"),
        (Api.Get("/rpc/divide?a=6&b=0"), 400, "22012"),
        (Api.Get("/quotients?select=q&b=eq.2"), 200, """[{"q":3}]"""),
        (Api.Get("/quotients?select=q&b=eq.0"), 400, "22012"),
        (Api.Post("/children?select=parent", """{"parent":1}""").Prefer("return=representation"), 201, """[{"parent":1}]"""),
        (Api.Post("/children?select=parent", """{"parent":-1}""").Prefer("return=representation"), 409, "23503"),
        (Api.Patch("/children?parent=eq.1", """{"parent":-1}"""), 409, "23503"),
        (Api.Post("/items", """{"id":5,"name":"again"}"""), 409, "23505"),
        (Api.Get("/rpc/nap?seconds=0"), 200, "1"),
        (Api.Get("/rpc/nap?seconds=0.2").As("stranger"), 500, "57014"),
        (Api.Get("/items?select=name&id=lt.3").WithHeader("Accept", "application/vnd.pgrst.object+json"), 406, "PGRST116"),
        (Api.Patch("/items?id=lt.3", """{"name":"x"}""").WithHeader("Accept", "application/vnd.pgrst.object+json"), 406, "PGRST116"),
        (Api.Patch("/items?id=lt.3", """{"name":"x"}""").Prefer("handling=strict,max-affected=1"), 400, "PGRST124"),
        (Api.Get("/rpc/fails"), 400, "P0001"),
        (Api.Get("/hidden"), 401, "42501"),
        (Api.Get("/items?select=name&limit=1&order=id").Prefer("timezone=Nowhere/Land"), 400, "22023"),
        (Api.Post("/rpc/divide", """{"a":8,"b":2}"""), 200, "4"),
    ];

    [Fact]
    public async Task Errors_in_every_position_leave_every_later_answer_right()
    {
        const int Requests = 3_000;
        var server = await fixture.ServerAsync();
        using var connection = await RawHttp.ConnectAsync(server.Port);
        var random = new Random(4711);
        var shapes = 0;
        for (var i = 0; i < Requests; i++)
        {
            if (random.Next(200) == 0)
            {
                // More new shapes at once than the driver remembers candidates for preparation.
                for (var j = 0; j < 110; j++)
                {
                    await CheckAsync(connection, Shape(10_000 + shapes++), i);
                }
            }
            // Runs of one request, because a statement is prepared at its second use on a connection and may fail at any.
            var chosen = Mixed[random.Next(Mixed.Length)];
            for (var run = chosen.Status == 500 ? 1 : random.Next(4); run > 0; run--, i++)
            {
                await CheckAsync(connection, chosen, i);
            }
        }
        Assert.DoesNotContain("was lost", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", server.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// The driver forgets a text it has seen once when a hundred others come, so the next use is its first again; and a failure before the statement's
    /// turn comes leaves the driver believing that the server has it.
    /// </summary>
    [Theory]
    [InlineData("/quotients?select=q,b&b=eq.0", "", "22012")]
    [InlineData("/quotients?select=q,b&b=eq.x", "", "22P02")]
    [InlineData("/quotients?select=q,b&b=eq.2", "timezone=Nowhere/Land", "22023")]
    public async Task A_statement_that_fails_while_it_is_prepared_late_is_prepared_again(string path, string prefer, string code)
    {
        var server = await fixture.FreshServerAsync();
        using var connection = await RawHttp.ConnectAsync(server.Port);
        var good = (Api.Get("/quotients?select=q,b&b=eq.2"), 200, """[{"q":3,"b":2}]""");
        var bad = (prefer.Length > 0 ? Api.Get(path).Prefer(prefer) : Api.Get(path), 400, code);
        for (var i = 0; i < 3; i++)
        {
            await CheckAsync(connection, good, i);
        }
        for (var j = 0; j < 120; j++)
        {
            await CheckAsync(connection, Shape(j), j);
        }
        await CheckAsync(connection, good, 3);
        for (var i = 0; i < 10; i++)
        {
            await CheckAsync(connection, bad, i);
            await CheckAsync(connection, good, i);
        }
        Assert.DoesNotContain("was lost", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_shapes_than_are_kept_prepared_all_work()
    {
        var server = await fixture.FreshServerAsync();
        using var connection = await RawHttp.ConnectAsync(server.Port);
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 400; i++)
            {
                // Each several times on end: the driver prepares only what comes again soon.
                for (var use = 0; use < 4; use++)
                {
                    await CheckAsync(connection, Shape(i), i);
                }
            }
        }
        Assert.DoesNotContain("was lost", server.Output, StringComparison.Ordinal);
        var prepared = int.Parse((await connection.SendAsync(Api.Get("/rpc/prepared"))).Text, CultureInfo.InvariantCulture);
        Assert.InRange(prepared, 200, 256);
    }

    /// <summary>Another statement for every number: columns c0…c11 chosen and ordered by its digits.</summary>
    static (RawRequest, int, string) Shape(int number)
    {
        var columns = Enumerable.Range(0, 6).Select(i => (number / (int)Math.Pow(6, i) % 6) + (6 * (i % 2))).ToArray();
        var select = string.Join(',', columns.Select((c, i) => $"k{i}:c{c}"));
        var expected = string.Join(',', columns.Select((c, i) => $"\"k{i}\":{c}"));
        return (Api.Get($"/wide?select={select}"), 200, $"[{{{expected}}}]");
    }

    static async Task CheckAsync(RawHttp connection, (RawRequest Request, int Status, string Expected) expected, int step)
    {
        var answer = await connection.SendAsync(expected.Request);
        var found = answer.Status < 300 ? answer.Text : answer.Code();
        Assert.True(answer.Status == expected.Status && found == expected.Expected,
            $"request {step}, {expected.Request.Method} {expected.Request.Path}: expected {expected.Status} {expected.Expected}, got {answer.Status} {answer.Text}");
    }

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "prepared";

        readonly List<ServerProcess> _servers = [];
        Task<PostgresCluster>? _cluster;
        Task<ServerProcess>? _server;
        Task<ServerProcess>? _switching;

        public Task<PostgresCluster> ClusterAsync() => _cluster ??= shared.CreateAsync(Database, Sql);

        public Task<ServerProcess> ServerAsync() => _server ??= FreshServerAsync();

        public Task<ServerProcess> SwitchingServerAsync() => _switching ??= FreshServerAsync(("PGRST_DB_PRE_REQUEST", "api.become"));

        public async Task<ServerProcess> FreshServerAsync(params (string, string)[] settings)
        {
            var server = await Api.StartAsync((await ClusterAsync()).Uri(Database), [("PGRST_DB_POOL", "1"), .. settings]);
            _servers.Add(server);
            return server;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var server in _servers)
            {
                await server.DisposeAsync();
            }
        }

        static string Sql => $"""
            create table api.items (id int primary key, name text);
            insert into api.items select n, 'item ' || n from generate_series(1, 100) n;
            create table api.parts (id int primary key, item int);
            insert into api.parts select n, n from generate_series(1, 100) n;
            create table api.children (id int generated always as identity primary key, parent int);
            alter table api.children add foreign key (parent) references api.items deferrable initially deferred;
            create table api.guarded (id int); alter table api.guarded enable row level security; insert into api.guarded values (1);
            create table api.wide as select {string.Join(", ", Enumerable.Range(0, 12).Select(n => $"{n} as c{n}"))};
            create view api.quotients as select b, 6 / b as q from (values (0), (1), (2)) _ (b);
            grant all on all tables in schema api to anon, member, stranger;
            create table api.hidden (id int);

            create function api.secret(n int) returns int language sql stable as 'select n + 41';
            create function api.secret_mark(api.items) returns text language sql stable as $$ select 'secret' || $1.id $$;
            create function api.secret_parts(api.items) returns setof api.parts rows 1 language sql stable as 'select * from api.parts where item = $1.id';
            revoke execute on function api.secret, api.secret_mark, api.secret_parts from public;
            grant execute on function api.secret, api.secret_mark, api.secret_parts to member;
            create view api.marked as select id, api.secret(id) as s from api.items where id < 5;
            grant select on api.marked to anon, member, stranger;
            create policy by_function on api.guarded using (api.secret(id) = 42);

            create function api.become() returns void language plpgsql as $$
            begin
              if current_setting('request.headers')::json ->> 'x-role' is not null then
                perform set_config('role', current_setting('request.headers')::json ->> 'x-role', true);
              end if;
            end $$;
            create function api.divide(a int, b int) returns int language sql as 'select a / b';
            create function api.nap(seconds float) returns int language sql as 'select 1 from pg_sleep(seconds)';
            create function api.fails() returns int language plpgsql as $$ begin raise 'no'; end $$;
            create function api.prepared() returns int language sql as 'select count(*)::int from pg_prepared_statements';
            alter role stranger set statement_timeout = '60ms';
            """;
    }
}
