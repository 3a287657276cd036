using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Every way in which a write breaks a rule of the database or of the contract: the documented status, and no row changed.</summary>
public sealed class ViolationTests(ViolationTests.Fixture fixture) : IClassFixture<ViolationTests.Fixture>
{
    [Theory]
    [InlineData("unique", "POST", "/items", """[{"id":100,"name":"new"},{"id":1,"name":"again"}]""", 409, "23505")]
    [InlineData("unique by an update", "PATCH", "/items", """{"code":"same"}""", 409, "23505")]
    [InlineData("foreign key", "POST", "/items", """[{"id":100,"owner":1},{"id":101,"owner":-1}]""", 409, "23503")]
    [InlineData("foreign key by a delete", "DELETE", "/owners", "", 409, "23503")]
    [InlineData("check", "PATCH", "/items?id=in.(1,2)", """{"price":-1}""", 400, "23514")]
    [InlineData("not null", "POST", "/items", """[{"id":100},{"id":null}]""", 400, "23502")]
    [InlineData("not null by an update", "PATCH", "/items", """{"name":null}""", 400, "23502")]
    [InlineData("exclusion", "POST", "/bookings", """[{"during":"[5,6)"},{"during":"[1,3)"}]""", 400, "23P01")]
    [InlineData("domain", "POST", "/items", """{"id":100,"size":-5}""", 400, "23514")]
    [InlineData("row security", "POST", "/own", """{"id":9,"owner":"somebody"}""", 401, "42501")]
    [InlineData("row security by an update", "PATCH", "/own", """{"owner":"somebody"}""", 401, "42501")]
    [InlineData("no grant", "POST", "/readable", """{"id":9}""", 401, "42501")]
    [InlineData("no grant to delete", "DELETE", "/readable", "", 401, "42501")]
    [InlineData("no grant on the column", "PATCH", "/items?id=eq.1", """{"secret":"x"}""", 401, "42501")]
    [InlineData("generated column", "PATCH", "/items?id=eq.1", """{"twice":1}""", 400, "428C9")]
    [InlineData("generated identity", "POST", "/bookings", """{"id":5,"during":"[7,8)"}""", 400, "428C9")]
    [InlineData("text for a number", "PATCH", "/items?id=eq.1", """{"price":"cheap"}""", 400, "22P02")]
    [InlineData("too long", "PATCH", "/items", """{"code":"more than ten"}""", 400, "22001")]
    [InlineData("overflow", "PATCH", "/items", """{"price":99999999999}""", 400, "22003")]
    [InlineData("NUL", "PATCH", "/items", """{"name":"a\u0000b"}""", 400, "22P05")]
    [InlineData("trigger", "DELETE", "/items?id=eq.3", "", 400, "P0001")]
    [InlineData("unknown column", "PATCH", "/items?id=eq.1", """{"nope":1}""", 400, "PGRST204")]
    [InlineData("unknown column in columns", "POST", "/items?columns=id,nope", """{"id":100}""", 400, "PGRST204")]
    [InlineData("unknown relation", "POST", "/nothing", """{"id":100}""", 404, "PGRST205")]
    [InlineData("not updatable", "PATCH", "/summary", """{"count":1}""", 500, "55000")]
    [InlineData("empty body", "POST", "/items", "", 400, "PGRST102")]
    [InlineData("no JSON", "PATCH", "/items", "price=1", 400, "PGRST102")]
    [InlineData("cut JSON", "PATCH", "/items", """{"price":1""", 400, "PGRST102")]
    [InlineData("JSON and more", "PATCH", "/items", """{"price":1} x""", 400, "PGRST102")]
    [InlineData("two objects", "PATCH", "/items", """{"price":1}{"price":2}""", 400, "PGRST102")]
    [InlineData("mixed keys", "POST", "/items", """[{"id":100,"name":"a"},{"id":101}]""", 400, "PGRST102")]
    [InlineData("an element that is no object", "POST", "/items", """[{"id":100},7]""", 400, "PGRST102")]
    [InlineData("PUT without its key", "PUT", "/items?price=eq.1", """{"id":1,"name":"x"}""", 405, "PGRST105")]
    [InlineData("PUT with another key", "PUT", "/items?id=eq.1", """{"id":2,"name":"x"}""", 400, "PGRST115")]
    [InlineData("PUT with a limit", "PUT", "/items?id=eq.1&limit=1", """{"id":1,"name":"x"}""", 400, "PGRST114")]
    public async Task A_violation_has_its_status_and_changes_nothing(string what, string method, string path, string body, int status, string code)
    {
        var (server, cluster) = await fixture.StartedAsync();
        var before = await FingerprintAsync(cluster);
        var request = new RawRequest(method, path).WithHeader("Content-Type", "application/json");
        foreach (var prefer in new[] { "return=minimal", "return=headers-only", "missing=default" })
        {
            var answer = await server.SendAsync(request.Prefer(prefer) with { Body = method == "DELETE" ? null : Encoding.UTF8.GetBytes(body) });
            Assert.True(answer.Status == status && answer.Code() == code, $"{what}: expected {status} {code}, got {answer.Status} {answer.Text}");
        }
        Assert.Equal(before, await FingerprintAsync(cluster));
    }

    [Theory]
    [InlineData("application/json", new byte[] { (byte)'{', (byte)'"', (byte)'n', (byte)'a', (byte)'m', (byte)'e', (byte)'"', (byte)':', (byte)'"', 0xFF, (byte)'"', (byte)'}' })]
    [InlineData("application/json", new byte[] { 0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00 })]
    [InlineData("text/csv", new byte[] { (byte)'n', (byte)'a', (byte)'m', (byte)'e', (byte)'\n', 0xC3, 0x28 })]
    [InlineData("application/x-www-form-urlencoded", new byte[] { (byte)'n', (byte)'a', (byte)'m', (byte)'e', (byte)'=', (byte)'%', (byte)'f', (byte)'f', (byte)'%', (byte)'0', (byte)'0' })]
    [InlineData("application/xml", new byte[] { (byte)'<', (byte)'a', (byte)'/', (byte)'>' })]
    public async Task A_body_that_is_no_text_or_of_another_type_is_400_and_changes_nothing(string type, byte[] body)
    {
        var (server, cluster) = await fixture.StartedAsync();
        var before = await FingerprintAsync(cluster);
        foreach (var method in new[] { "PATCH", "POST" })
        {
            var answer = await server.SendAsync(new RawRequest(method, "/items").WithHeader("Content-Type", type) with { Body = body });
            Assert.True(answer.Status is 400 && answer.Code() is not null, $"{method}: {answer.Status} {answer.Text}");
        }
        Assert.Equal(before, await FingerprintAsync(cluster));
    }

    [Theory]
    [InlineData("PATCH", "handling=strict,max-affected=1", "application/json", 400, "PGRST124")]
    [InlineData("PATCH", "return=minimal", "application/vnd.pgrst.object+json", 406, "PGRST116")]
    [InlineData("DELETE", "handling=strict,max-affected=0", "application/json", 400, "PGRST124")]
    [InlineData("DELETE", "return=representation", "application/vnd.pgrst.object+json", 406, "PGRST116")]
    [InlineData("PATCH", "handling=strict,max-affected=100,surprise=1", "application/json", 400, "PGRST122")]
    [InlineData("PATCH", "timezone=Nowhere", "application/json", 400, "22023")]
    [InlineData("PATCH", "return=representation", "image/png", 406, "PGRST107")]
    public async Task A_write_that_is_refused_for_its_result_is_undone(string method, string prefer, string accept, int status, string code)
    {
        var (server, cluster) = await fixture.StartedAsync();
        var before = await FingerprintAsync(cluster);
        var request = method == "PATCH" ? Api.Patch("/free?id=gt.1", """{"name":"changed"}""") : Api.Delete("/free?id=gt.1");
        var answer = await server.SendAsync(request.Prefer(prefer).WithHeader("Accept", accept));
        Assert.True(answer.Status == status && answer.Code() == code, $"{answer.Status} {answer.Text}");
        Assert.Equal(before, await FingerprintAsync(cluster));
    }

    static Task<string> FingerprintAsync(PostgresCluster cluster) => cluster.QueryAsync("""
        select md5((select string_agg(t::text, ',' order by id) from api.items t)), md5((select string_agg(t::text, ',' order by id) from api.bookings t)),
          md5((select string_agg(t::text, ',' order by id) from api.own t)), md5((select string_agg(t::text, ',' order by id) from api.readable t)),
          md5((select string_agg(t::text, ',' order by id) from api.owners t)), md5((select string_agg(t::text, ',' order by id) from api.free t))
        """, Fixture.Database);

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "violations";

        Task<(ServerProcess, PostgresCluster)>? _started;

        public Task<(ServerProcess Server, PostgresCluster Cluster)> StartedAsync() => _started ??= StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (_started is { IsCompletedSuccessfully: true })
            {
                await _started.Result.Item1.DisposeAsync();
            }
        }

        async Task<(ServerProcess, PostgresCluster)> StartAsync()
        {
            var cluster = await shared.CreateAsync(Database, """
                create domain api.positive as int check (value > 0);
                create table api.owners (id int primary key); insert into api.owners values (1), (2);
                create table api.items (id int primary key, name text not null default 'no name', code varchar(10) unique, price int check (price >= 0),
                  size api.positive, owner int references api.owners, twice int generated always as (price * 2) stored, secret text);
                insert into api.items (id, name, code, price, owner) select n, 'item ' || n, 'c' || n, n, 1 + n % 2 from generate_series(1, 5) n;
                create table api.bookings (id int generated always as identity, during int4range, exclude using gist (during with &&));
                insert into api.bookings (during) values ('[1,2)'), ('[2,4)');
                create table api.own (id int, owner text); insert into api.own values (1, 'anon'), (2, 'anon');
                alter table api.own enable row level security; create policy own on api.own using (owner = current_user);
                create table api.readable (id int); insert into api.readable values (1);
                create table api.free as select n as id, 'name ' || n as name from generate_series(1, 5) n;
                create view api.summary as select count(*) as count from api.items;
                create function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
                create trigger refuse after delete on api.items for each row when (old.id = 3) execute function refuse();
                grant select, insert, update, delete on api.owners, api.bookings, api.own, api.free, api.summary to anon;
                grant select, insert, delete, update (id, name, code, price, size, owner, twice) on api.items to anon;
                grant select on api.readable to anon;
                """);
            return (await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "2"), ("PGRST_DB_CHANNEL_ENABLED", "false")), cluster);
        }
    }
}
