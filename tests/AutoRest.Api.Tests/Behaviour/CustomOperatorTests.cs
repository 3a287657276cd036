using System.Text.Json.Nodes;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Operators that the configuration names, in filters, <c>select</c> and <c>order</c>. contract/beyond.md, entry 18.</summary>
public sealed class CustomOperatorTests(CustomOperatorTests.Fixture fixture) : IClassFixture<CustomOperatorTests.Fixture>
{
    const string Places = "/places?order=id&select=";

    [Theory]

    // A value compared with a bound.
    [InlineData("/places?select=id&order=id&at=near.lt(2).(0,0)", """[{"id":1},{"id":2}]""")]
    [InlineData("/places?select=id&order=id&at=near.lte(5).(0,0)", """[{"id":1},{"id":2},{"id":3}]""")]
    [InlineData("/places?select=id&order=id&at=near.gt(5).(0,0)", """[{"id":4}]""")]
    [InlineData("/places?select=id&order=id&at=near.gte(5).(0,0)", """[{"id":3},{"id":4}]""")]
    [InlineData("/places?select=id&order=id&at=near.eq(5).(0,0)", """[{"id":3}]""")]
    [InlineData("/places?select=id&order=id&at=near.neq(5).(0,0)", """[{"id":1},{"id":2},{"id":4}]""")]
    [InlineData("/places?select=id&order=id&at=not.near.lt(2).(0,0)", """[{"id":3},{"id":4}]""")]
    [InlineData("/places?select=id&order=id&at=near.lt(1e0).(0,0)&name=like.*", """[{"id":1}]""")]

    // A value that is the test.
    [InlineData("/places?select=id&order=id&name=similar.harbor", """[{"id":1}]""")]
    [InlineData("/places?select=id&order=id&name=not.similar.harbor", """[{"id":2},{"id":3},{"id":4}]""")]
    [InlineData("/places?select=id&order=id&words=finds.sea|hill", """[{"id":2},{"id":3}]""")]
    [InlineData("/places?select=id&order=id&info=has.quiet", """[{"id":2}]""")]

    // In trees, with the quoting of trees; brackets need none.
    [InlineData("/places?select=id&order=id&or=(at.near.lt(2).\"(0,0)\",and(name.similar.castle,id.gt.1))", """[{"id":1},{"id":2},{"id":4}]""")]
    [InlineData("/places?select=id&order=id&and=(at.not.near.lt(2).\"(0,0)\",not.or(id.eq.4,name.similar.\"harbour\"))", """[{"id":3}]""")]
    [InlineData("/places?select=id&order=id&or=(tags.overlaps.{x,y},box.near.lt(1).\"(9,9),(8,8)\")", """[{"id":1},{"id":2}]""")]
    [InlineData("/places?select=id&order=id&not.and=(numbers.within.[1,2,3])", """[{"id":2}]""")]

    // Below a JSON path PostgreSQL infers the types.
    [InlineData("/places?select=id&order=id&info->>note=similar.harbor", """[{"id":1}]""")]

    // In embeds and of functions.
    [InlineData("/places?select=id,visits(id)&order=id&visits.seen=near.lt(2).(0,0)&id=lt.3", """[{"id":1,"visits":[{"id":10}]},{"id":2,"visits":[]}]""")]
    [InlineData("/places?select=id,visits!inner(id)&visits.or=(seen.near.lt(2).\"(0,0)\",id.eq.99)", """[{"id":1,"visits":[{"id":10}]}]""")]
    [InlineData("/rpc/all_places?select=id&at=near.lt(2).(0,0)&order=id", """[{"id":1},{"id":2}]""")]
    [InlineData("/rpc/all_places?select=id,d:at.$op(near,\"(0,0)\")&order=at.near.\"(0,0)\".desc&limit=1", """[{"id":4,"d":10}]""")]
    [InlineData("/rpc/echo?it=nearby.x", "\"nearby.x\"")]

    // A function of the column and the operand.
    [InlineData("/places?select=id,r:words.$op(rank,\"sea or shore\")::text&words=rank.gt(0).sea or hill&order=words.rank.\"sea or hill\".desc,id", """[{"id":2,"r":"0"},{"id":3,"r":"0.06079271"}]""")]
    [InlineData("/places?select=id&order=id&or=(name.alike.harbor,id.eq.4)", """[{"id":1},{"id":4}]""")]

    // The value.
    [InlineData(Places + "id,at.$op(near,\"(0,0)\")", """[{"id":1,"near":0},{"id":2,"near":1.5},{"id":3,"near":5},{"id":4,"near":10}]""")]
    [InlineData(Places + "d:at.$op(near,\"(0,0)\")::text,s:name.$op(similar,harbor)&id=lt.3", """[{"d":"0","s":true},{"d":"1.5","s":false}]""")]
    [InlineData(Places + "id,visits(seen.$op(near,\"(0,0)\"),f:seen.$op(near,\"(5,0)\")::text)&id=eq.1", """[{"id":1,"visits":[{"near":1,"f":"4"}]}]""")]
    [InlineData(Places + "id,...visits(near:seen.$op(near,\"(0,0)\"))&id=lt.3", """[{"id":1,"near":[1]},{"id":2,"near":[9]}]""")]
    [InlineData("/visits?select=id,...places(seen:at.$op(near,\"(3,4)\"))&order=id", """[{"id":10,"seen":5},{"id":11,"seen":3.905124837953328}]""")]
    [InlineData("/places?select=at.$op(near,\"(0,0)\").max(),low:at.$op(near,\"(0,0)\").min()::text", """[{"max":10,"low":"0"}]""")]
    [InlineData("/places?select=id:name.$op(similar,harbor),count()&name=similar.castle", """[{"id":false,"count":2}]""")]
    [InlineData("/places?select=id,d:at.$op(near,\"(0,0)\")&at=near.lt(6).(0,0)&order=at.near.\"(0,0)\".desc&limit=2", """[{"id":3,"d":5},{"id":2,"d":1.5}]""")]
    [InlineData("/places?select=id.$op(plus,5)&id=eq.1", """[{"plus":6}]""")]
    public async Task Operators_filter_and_give_values(string path, string expected)
    {
        var server = await fixture.StartedAsync();
        foreach (var accept in new[] { "application/json", "application/vnd.pgrst.array+json;nulls=stripped" })
        {
            // The rows are encoded by the server, then by PostgreSQL; a function of a scalar has no rows.
            var answer = await server.SendAsync(Api.Get(Escaped(path)).WithHeader("Accept", accept));
            Assert.True(answer.Status == 200, $"{answer.Status} {answer.Text}");
            var text = JsonNode.Parse(answer.Text)!;
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), text), answer.Text);
        }
    }

    [Fact]
    public async Task Values_are_given_as_CSV_and_counted_like_any_filter()
    {
        var server = await fixture.StartedAsync();
        var csv = await server.SendAsync(Api.Get(Escaped(Places + "id,at.$op(near,\"(0,0)\")&id=lt.3")).WithHeader("Accept", "text/csv"));
        Assert.Equal("id,near\n1,0\n2,1.5", csv.Text);
        var page = await server.SendAsync(Api.Get(Escaped("/places?select=id&at=near.lt(6).(0,0)&limit=1")).Prefer("count=exact"));
        Assert.Equal((206, "0-0/3"), (page.Status, page.Header("Content-Range")));
    }

    [Theory]
    [InlineData("/places?at=gone.lt(1).(0,0)", 400, "AR201", "There is no such operator between two values in the database.")]
    [InlineData("/places?or=(id.eq.1,at.gone.x)", 400, "AR201", "There is no such operator between two values in the database.")]
    [InlineData("/places?select=at.$op(gone,x)", 400, "AR201", "There is no such operator between two values in the database.")]
    [InlineData("/places?order=at.gone.[1]", 400, "AR201", "There is no such operator between two values in the database.")]
    [InlineData("/places?select=id,visits(id)&visits.seen=nowhere.lt(1).(0,0)", 400, "AR201", "There is no such operator between two values in the database.")]
    [InlineData("/places?id=shaky.1", 400, "AR201", "Its function is volatile: only immutable and stable ones are used.")]
    [InlineData("/places?id=shakes.1", 400, "AR201", "Its function is volatile: only immutable and stable ones are used.")]
    [InlineData("/places?id=lost.1", 400, "AR201", "There is no such function of two values in the database.")]
    [InlineData("/places?at=far.lt(1).(0,0)", 400, "PGRST100", null)]
    [InlineData("/places?at=Near.lt(1).(0,0)", 400, "PGRST100", null)]
    [InlineData("/places?at=near.lt().(0,0)", 400, "PGRST100", null)]
    [InlineData("/places?at=near.lt(1).", 400, "PGRST100", null)]
    [InlineData("/places?select=at.$op(far,x)", 400, "PGRST100", null)]
    [InlineData("/rpc/echo?it=near.", 400, "PGRST100", null)]
    [InlineData("/places?at=near.lt(x).(0,0)", 400, "22P02", null)]
    [InlineData("/places?at=near.lt(1).x", 400, "22P02", null)]
    [InlineData("/places?select=at.$op(near,x)", 400, "22P02", null)]
    [InlineData("/places?at=near.(0,0)", 400, "42804", null)]
    [InlineData("/places?name=near.lt(1).x", 404, "42883", null)]
    [InlineData("/places?at=inside.(0,0),(1,1)", 400, "42725", null)]
    public async Task What_cannot_be_used_is_refused(string path, int status, string code, string? details)
    {
        var server = await fixture.StartedAsync();
        var answer = await server.SendAsync(Api.Get(Escaped(path)));
        Assert.True((status, code) == (answer.Status, answer.Code()), $"{answer.Status} {answer.Text}");
        if (details is not null)
        {
            Assert.Equal(details, (string?)JsonNode.Parse(answer.Text)!["details"]);

            // Which operator a name stands for is the configuration's secret.
            Assert.DoesNotContain("<~", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_load_names_the_operators_that_cannot_be_used()
    {
        var server = await fixture.StartedAsync();
        string[] expected =
        [
            "WARNING: ar-operators: 'gone:public.<~~~>' cannot be used. There is no such operator between two values in the database.",
            "WARNING: ar-operators: 'lost:ops.lost()' cannot be used. There is no such function of two values in the database.",
            "WARNING: ar-operators: 'nowhere:nothing.<->' cannot be used. There is no such operator between two values in the database.",
            "WARNING: ar-operators: 'shakes:ops.shaky()' cannot be used. Its function is volatile: only immutable and stable ones are used.",
            "WARNING: ar-operators: 'shaky:ops.<~~>' cannot be used. Its function is volatile: only immutable and stable ones are used.",
        ];
        var lines = server.Output.Split('\n').Where(static l => l.Contains("ar-operators", StringComparison.Ordinal)).Select(static l => l[l.IndexOf("WARNING", StringComparison.Ordinal)..]);
        Assert.Equal(expected, lines.Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>More often than a statement needs to be prepared, and than PostgreSQL makes plans before it keeps one.</summary>
    [Fact]
    public async Task Who_may_not_execute_the_function_may_not_use_the_operator()
    {
        var server = await fixture.StartedAsync();
        string[] paths = ["/places?id=gap.lt(2).1&select=id", "/places?select=id.$op(gap,1)", "/places?order=id.gap.[1]&id=gt.0", "/places?or=(id.gap.lt(1).1,id.eq.2)", "/places?id=gapped.lt(2).1&select=id,id.$op(gapped,1)"];
        for (var i = 0; i < 8; i++)
        {
            foreach (var path in paths)
            {
                var refused = await server.SendAsync(Api.Get(Escaped(path.Replace("[1]", "\"1\"", StringComparison.Ordinal))));
                Assert.True((401, "42501") == (refused.Status, refused.Code()), $"{path}: {refused.Status} {refused.Text}");
                Assert.Contains("permission denied for function gap", refused.Text, StringComparison.Ordinal);
                var stranger = await server.SendAsync(Api.Delete(Escaped("/places?id=gap.lt(2).1")).As("stranger"));
                Assert.Equal((403, "42501"), (stranger.Status, stranger.Code()));
                var member = await server.SendAsync(Api.Get(Escaped(path.Replace("[1]", "\"1\"", StringComparison.Ordinal))).As("member"));
                Assert.True(member.Status == 200, member.Text);
            }
        }
    }

    [Theory]
    [InlineData("/many?area=overlaps.(10,10),(12,12)&select=id", "many_area_idx")]
    [InlineData("/many?name=similar.f1c1592588411002af340cbaedd6fc33&select=id", "many_name_idx")]
    [InlineData("/many?or=(name.similar.f1c1592588411002af340cbaedd6fc33,name.similar.c4ca4238a0b923820dcc509a6f75849b)&select=id", "many_name_idx")]
    [InlineData("/many?order=at.near.\"(50,50)\"&limit=5&select=id,d:at.$op(near,\"(50,50)\")", "many_at_idx")]
    [InlineData("/many?order=at.near.\"(50,50)\"&limit=5&at=near.lt(20).(50,50)&select=id", "many_at_idx")]
    [InlineData("/many?words=finds.word777&select=id", "many_words_idx")]
    [InlineData("/many?name=alike.f1c1592588411002af340cbaedd6fc33&select=id", "many_name_idx")]
    public async Task Indexes_serve_operators(string path, string index)
    {
        var server = await fixture.StartedAsync();
        for (var i = 0; i < 8; i++)
        {
            var read = await server.SendAsync(Api.Get(Escaped(path)));
            Assert.True(read.Status == 200 && read.Text != "[]", $"{read.Status} {read.Text}");
        }

        var plan = await server.SendAsync(Api.Get(Escaped(path)).WithHeader("Accept", "application/vnd.pgrst.plan+text"));
        Assert.Contains(index, plan.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan.Text, StringComparison.Ordinal);
        if (path.Contains("order=", StringComparison.Ordinal))
        {
            Assert.DoesNotContain("Sort", plan.Text, StringComparison.Ordinal);
        }
    }

    /// <summary>Names come from the configuration and values are parameters, wherever a client writes something else.</summary>
    [Fact]
    public async Task No_text_of_a_client_becomes_SQL()
    {
        var server = await fixture.StartedAsync();
        string[] pieces =
        [
            "'); delete from api.places; --", "\"); delete from api.places; --", "1) or (1=1", "(0,0)' or true --", "$1", "$$; delete from api.places; $$", "\\", "\\'", "''",
            "OPERATOR(pg_catalog.=)", "/*", "*/", "--", "; delete from api.places", "(select 1)", "pg_sleep(9)", "[1]; delete from api.places; --]", "{1}'; delete from api.places",
            "public.%", "<->", "$op(near,1)", "::text); delete from api.places; --", "0)::text; delete from api.places; --",
        ];
        string[] places =
        [
            "/places?name=similar.{0}", "/places?at=near.lt({0}).(0,0)", "/places?at=near.lt(1).{0}", "/places?at={0}.lt(1).(0,0)", "/places?at=near.{0}(1).(0,0)",
            "/places?select=at.$op(near,{0})", "/places?select=at.$op({0},1)", "/places?or=(name.similar.{0},id.eq.0)",
            "/places?order=at.near.{0}", "/places?order=at.{0}.[1]", "/places?order=at.near.[{0}]", "/places?or=(at.near.lt({0}).x)", "/places?{0}=near.lt(1).(0,0)",
        ];
        foreach (var place in places)
        {
            foreach (var piece in pieces)
            {
                var path = Escaped(place.Replace("{0}", Uri.EscapeDataString(piece), StringComparison.Ordinal));
                var read = await server.SendAsync(Api.Get(path));
                Assert.True(read.Status is 200 or 400 or 404, $"{path}: {read.Status} {read.Text}");
                Assert.True(read.Code() is not ("42601" or "AR500"), $"{path}: {read.Text}");
                var written = await server.SendAsync(Api.Patch(path, """{"name":"taken"}""").Prefer("tx=rollback,count=exact"));
                Assert.True(written.Status is 204 or 400 or 404, $"{path}: {written.Status} {written.Text}");
            }
        }

        Assert.Equal("4", (await fixture.Cluster.QueryAsync("select count(*) from api.places", Fixture.Database)).Trim());
        Assert.Equal("t", (await fixture.Cluster.QueryAsync("select bool_and(name <> 'taken') from api.places", Fixture.Database)).Trim());
    }

    [Fact]
    public async Task Operators_of_a_new_configuration_are_looked_for()
    {
        await fixture.StartedAsync();
        const string Database = "custom_operators_later";
        var cluster = fixture.Cluster;
        await BehaviourCluster.CreateAsync(cluster, Database, "create table api.spots (at point); insert into api.spots values ('(3,4)'); grant select on api.spots to anon;");

        // Read again at every reload, where a variable of the process cannot change.
        var folder = Directory.CreateTempSubdirectory("ar-");
        var file = Path.Combine(folder.FullName, "operators");
        await File.WriteAllTextAsync(file, "");
        await using var server = await Api.StartAsync(cluster.Uri(Database), ("AUTOREST_OPERATORS_FILE", file));
        var path = Escaped("/spots?select=d:at.$op(near,\"(0,0)\")");
        Assert.Equal("PGRST100", (await server.SendAsync(Api.Get(path))).Code());

        await File.WriteAllTextAsync(file, "near:<->");
        server.Signal(UnixSignal.User2);
        await Api.UntilAsync(async () => (await server.SendAsync(Api.Get(path))).Text == """[{"d":5}]""", TimeSpan.FromSeconds(10), "the operator");
        await File.WriteAllTextAsync(file, "");
        server.Signal(UnixSignal.User2);
        await Api.UntilAsync(async () => (await server.SendAsync(Api.Get(path))).Code() == "PGRST100", TimeSpan.FromSeconds(10), "the operator's end");
        folder.Delete(recursive: true);
    }

    /// <summary>Blanks, quotes and braces as a browser or curl would send them.</summary>
    static string Escaped(string path) =>
        path.Replace("\"", "%22", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal).Replace("|", "%7C", StringComparison.Ordinal)
            .Replace("\\", "%5C", StringComparison.Ordinal);

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "custom_operators";

        const string Schema = """
            create extension pg_trgm schema public;
            create schema ops; grant usage on schema ops to anon, member, stranger;
            create function ops.shaky(int, int) returns bool language sql volatile as 'select true';
            create operator ops.<~~> (leftarg = int, rightarg = int, function = ops.shaky);
            create function ops.gap(int, int) returns int language sql immutable as 'select abs($1 - $2)';
            create operator ops.<-> (leftarg = int, rightarg = int, function = ops.gap);
            revoke execute on function ops.gap from public; grant execute on function ops.gap to member;
            create function ops.rank(tsvector, text) returns real language sql stable as $$ select ts_rank($1, websearch_to_tsquery('simple', $2)) $$;
            create function ops.alike(text, text) returns bool language sql stable as 'select $1 operator(public.%) $2';
            create table api.places (id int primary key, name text, at point, box box, tags text[], numbers jsonb, words tsvector, info jsonb);
            insert into api.places values
              (1, 'harbor', '(0,0)', '(0,0),(1,1)', '{x}', '[1,2]', 'port', '{"note": "harbor"}'),
              (2, 'castle', '(0,1.5)', '(9,9),(8,8)', '{a}', '[4]', 'hill', '{"quiet": true}'),
              (3, 'station', '(3,4)', '(0,0),(2,2)', '{b}', '[3]', 'sea shore', '{}'),
              (4, 'castle', '(6,8)', '(0,0),(3,3)', '{}', '[]', 'rail', '{}');
            create table api.visits (id int primary key, place int references api.places, seen point);
            insert into api.visits values (10, 1, '(1,0)'), (11, 2, '(9,0)');
            create function api.all_places() returns setof api.places language sql stable as 'select * from api.places';
            create function api.echo(it text) returns text language sql stable as 'select it';
            create table api.many (id int primary key, name text, at point, area box, words tsvector);
            insert into api.many select n, md5(n::text), point(n % 173, n % 157), box(point(n % 173, n % 157), point(n % 173, n % 157)), ('word' || n % 1000)::tsvector from generate_series(1, 20000) n;
            create index many_at_idx on api.many using gist (at);
            create index many_area_idx on api.many using gist (area);
            create index many_name_idx on api.many using gin (name public.gin_trgm_ops);
            create index many_words_idx on api.many using gin (words);
            analyze api.many;
            grant select, update, delete on all tables in schema api to anon, member, stranger;
            """;

        const string Operators =
            "near:pg_catalog.<->,similar:public.%,overlaps:&&,inside:<@,within:<@,has:pg_catalog.?,finds:@@,plus:+,"
            + "gap:ops.<->,shaky:ops.<~~>,gone:public.<~~~>,nowhere:nothing.<->,rank:ops.rank(),alike:ops.alike(),gapped:ops.gap(),shakes:ops.shaky(),lost:ops.lost()";

        Task<ServerProcess>? _started;

        public PostgresCluster Cluster { get; private set; } = null!;

        public Task<ServerProcess> StartedAsync() => _started ??= StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (_started is { IsCompletedSuccessfully: true })
            {
                await _started.Result.DisposeAsync();
            }
        }

        async Task<ServerProcess> StartAsync()
        {
            Cluster = await shared.GetAsync();
            Required.That(await Cluster.QueryAsync("select 1 from pg_available_extensions where name = 'pg_trgm'") != "", "pg_trgm is not installed (Debian: it comes with the server)");
            await BehaviourCluster.CreateAsync(Cluster, Database, Schema);
            return await Api.StartAsync(
                Cluster.Uri(Database), ("AUTOREST_OPERATORS", Operators), ("PGRST_DB_PLAN_ENABLED", "true"), ("PGRST_DB_AGGREGATES_ENABLED", "true"),
                ("PGRST_DB_TX_END", "commit-allow-override"), ("PGRST_LOG_LEVEL", "info"));
        }
    }
}
