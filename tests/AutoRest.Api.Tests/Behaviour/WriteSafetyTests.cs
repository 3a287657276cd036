using System.Globalization;
using AutoRest.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>A write changes what its filter says or nothing; whatever is refused leaves every row as it was.</summary>
public sealed class WriteSafetyTests(WriteSafetyTests.Fixture fixture) : IClassFixture<WriteSafetyTests.Fixture>
{
    static int _mark;

    [Fact]
    public async Task A_filter_changes_exactly_the_rows_that_SQL_finds()
    {
        var (server, cluster) = await fixture.StartedAsync();
        var cases = 0;
        Check(WriteFilters.Valid, 250, filter =>
        {
            var delete = cases++ % 3 == 0;
            var expected = Wait(cluster.QueryAsync($"select id from api.rows where {filter.Sql} order by id", Fixture.Database));
            var (status, changed) = Wait(WriteAsync(server, cluster, filter.Query, delete));
            Assert.True(status is 200 or 204, $"{status} for {filter}");
            Assert.True(changed == expected, $"{filter}: rows\n{changed.ReplaceLineEndings(" ")}\ninstead of\n{expected.ReplaceLineEndings(" ")}");
        });
        Assert.Equal(40, int.Parse(await cluster.QueryAsync("select count(*) from api.rows", Fixture.Database), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_broken_filter_beside_a_good_one_never_widens_a_write()
    {
        var (server, cluster) = await fixture.StartedAsync();
        var cases = 0;
        Check(WriteFilters.Broken, 400, broken =>
        {
            var query = cases % 2 == 0 ? "id=in.(1,2,3)&" + broken : broken + "&id=in.(1,2,3)";
            var (status, changed) = Wait(WriteAsync(server, cluster, query, cases++ % 3 == 0));
            // A '&' that damage left inside a value may hide nothing more than the filter before it.
            Assert.True(status is < 500, $"{status} for {query}");
            var rows = changed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(rows.All(row => row is "1" or "2" or "3"), $"{query} changed {changed.ReplaceLineEndings(" ")}");
            Assert.True(status < 300 || rows.Length == 0, $"{query} was refused with {status} and changed {rows.Length} rows");
        });
    }

    [Fact]
    public async Task A_broken_filter_alone_changes_no_more_than_a_read_shows()
    {
        var (server, cluster) = await fixture.StartedAsync();
        var cases = 0;
        Check(WriteFilters.Broken.Where(b => b.Length > 0 && b[0] is not '&'), 250, broken =>
        {
            var read = Wait(server.SendAsync(Api.Get("/rows?select=id&order=id&" + broken)));
            var (status, changed) = Wait(WriteAsync(server, cluster, broken, cases++ % 3 == 0));
            Assert.True(status < 500, $"{status} for {broken}");
            var shown = read.Status is 200 ? read.Text : "";
            var extra = changed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(id => !shown.Contains($"\"id\":{id}}}", StringComparison.Ordinal)).ToArray();
            Assert.True(extra.Length == 0, $"{broken} changed {string.Join(' ', extra)}, which a read ({read.Status}) does not show");
        });
    }

    [Theory]
    [InlineData("id")]
    [InlineData("or")]
    [InlineData("id=")]
    [InlineData("=")]
    [InlineData("=eq.1")]
    [InlineData("id=eq")]
    [InlineData("id=eq.")]
    [InlineData("id=is.")]
    [InlineData("id=1")]
    [InlineData("id=null")]
    [InlineData("id=eq.null")]
    [InlineData("id=eq.%00")]
    [InlineData("id=eq.undefined")]
    [InlineData("id=eq.NaN")]
    [InlineData("id=in.()")]
    [InlineData("id=in.(,)")]
    [InlineData("id=in.(null)")]
    [InlineData("id=in.")]
    [InlineData("id=not.")]
    [InlineData("id=not.in")]
    [InlineData("%00=eq.1")]
    [InlineData("%20id=eq.1000")]
    [InlineData("ID=eq.1")]
    [InlineData("nope=eq.1")]
    [InlineData("rows.id=eq.1")]
    [InlineData("other.id=eq.1")]
    [InlineData("or=")]
    [InlineData("or=()")]
    [InlineData("or=(")]
    [InlineData("and=")]
    [InlineData("and=()")]
    [InlineData("not.or=()")]
    [InlineData("or=(id.eq.)")]
    [InlineData("or=(id.eq.1000,)")]
    [InlineData("other.or=(id.eq.1)")]
    [InlineData("c=eq.")]
    [InlineData("id=minus.")]
    [InlineData("id=not.minus.")]
    [InlineData("id=minus.1")]
    [InlineData("id=minus.%00")]
    [InlineData("id=minus.lt().1")]
    [InlineData("id=minus.lt(%00).1")]
    [InlineData("id=minus.lt(1).")]
    [InlineData("id=minus.lt(1).%00")]
    [InlineData("id=minus.lt(1)")]
    [InlineData("id=minus.lt(1")]
    [InlineData("id=minus.lt(x).1")]
    [InlineData("id=minus")]
    [InlineData("b=starts.")]
    [InlineData("b=not.starts.")]
    [InlineData("b=starts.%00b")]
    [InlineData("or=(id.minus.lt(0).)")]
    [InlineData("or=(id.minus.lt(0).\"\")")]
    [InlineData("or=(b.starts.)")]
    [InlineData("and=(b.starts.\"\")")]
    [InlineData("id=missing.lt(1).1")]
    [InlineData("or=(id.missing.1,id.gt.0)")]
    [InlineData("id=Minus.gt(0).1")]
    public async Task An_empty_filter_or_an_unknown_one_changes_nothing(string query)
    {
        var (server, cluster) = await fixture.StartedAsync();
        foreach (var delete in new[] { false, true })
        {
            var (status, changed) = await WriteAsync(server, cluster, query, delete);
            Assert.True(status < 500, $"{status}");
            Assert.True(changed.Length == 0, $"{status}, changed {changed.ReplaceLineEndings(" ")}");
        }
    }

    [Fact]
    public async Task A_deferred_constraint_fails_before_the_status_is_sent()
    {
        var (server, cluster) = await fixture.StartedAsync();
        foreach (var prefer in new[] { "return=minimal", "return=representation", "return=headers-only", "tx=rollback" })
        {
            var answer = await server.SendAsync(Api.Post("/children", """[{"parent":1},{"parent":-1}]""").Prefer(prefer));
            Assert.True(answer.Status == 409 && answer.Code() == "23503", $"{prefer}: {answer.Status} {answer.Text}");
            var called = await server.SendAsync(Api.Post("/rpc/add_orphan", "{}").Prefer(prefer));
            Assert.True(called.Status == 409 && called.Code() == "23503", $"{prefer}: {called.Status} {called.Text}");
        }
        Assert.Equal("0", await cluster.QueryAsync("select count(*) from api.children", Fixture.Database));
    }

    [Fact]
    public async Task A_client_that_leaves_gets_all_of_its_write_or_nothing()
    {
        var (server, cluster) = await fixture.StartedAsync();
        for (var batch = 0; batch < 24; batch++)
        {
            var rows = string.Join(',', Enumerable.Range(0, 3).Select(_ => $"{{\"batch\":{batch}}}"));
            var request = Api.Post("/slow_rows", $"[{rows}]");
            request = batch % 2 == 0 ? request : request.Prefer("return=representation").WithHeader("Accept", "application/vnd.pgrst.array+json");
            using (await SlowClient.SendAsync(server.Port, request))
            {
                await Task.Delay(batch * 9);
            }
        }
        await Api.UntilAsync(async () => await cluster.QueryAsync(
            $"select count(*) from pg_stat_activity where datname = '{Fixture.Database}' and usename = 'authenticator' and state <> 'idle'") == "0",
            TimeSpan.FromSeconds(5), "idle connections");
        var parts = await cluster.QueryAsync("select batch, count(*) from api.slow_rows group by 1 having count(*) <> 3", Fixture.Database);
        Assert.Equal("", parts);
    }

    /// <summary>Updates or deletes, and gives the identities of the rows that changed, one on each line. A delete is rolled back.</summary>
    static async Task<(int Status, string Changed)> WriteAsync(ServerProcess server, PostgresCluster cluster, string query, bool delete)
    {
        if (delete)
        {
            // A trigger notes the rows even though they come back.
            await cluster.ExecuteAsync("truncate api.gone", Fixture.Database);
            var deleted = await server.SendAsync(Api.Delete("/rows?" + query));
            var gone = await cluster.QueryAsync("select id from api.gone order by id", Fixture.Database);
            await cluster.ExecuteAsync("insert into api.rows select (row).* from api.gone", Fixture.Database);
            return (deleted.Status, gone);
        }
        var mark = Interlocked.Increment(ref _mark);
        var answer = await server.SendAsync(Api.Patch("/rows?" + query, $"{{\"mark\":{mark}}}"));
        return (answer.Status, await cluster.QueryAsync($"select id from api.rows where mark = {mark} order by id", Fixture.Database));
    }

    static void Check<T>(Gen<T> gen, int tests, Action<T> check) =>
        Prop.ForAll(Arb.From(gen), check).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));

    // FsCheck's properties are synchronous.
    static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "write_safety";

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
                create table api.rows (id int primary key, a int, b text, c bool, mark int);
                insert into api.rows select n, nullif(n % 7, 3), (array['', 'b1', 'b2', 'null', 'a,b', '(x)', null, 'it''s', '"q"', '\'])[1 + n % 10], (array[true, false, null])[1 + n % 3]
                  from generate_series(1, 40) n;
                create table api.gone (id int, row api.rows);
                create function note() returns trigger language plpgsql security definer as $$ begin insert into api.gone values (old.id, old); return old; end $$;
                create trigger note before delete on api.rows for each row execute function note();
                create table api.other (id int primary key, row_id int references api.rows on delete cascade);
                create table api.parents (id int primary key); insert into api.parents values (1);
                create table api.children (parent int references api.parents deferrable initially deferred);
                create function api.add_orphan() returns void language sql as 'insert into api.children values (-1)';
                create table api.slow_rows (batch int, filler text default repeat('x', 100));
                create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.03); return new; end $$;
                create trigger slowly before insert on api.slow_rows for each row execute function slowly();
                grant select, insert, update, delete on all tables in schema api to anon;
                """);
            return (await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "4"), ("PGRST_DB_TX_END", "commit-allow-override"),
                ("PGRST_DB_CHANNEL_ENABLED", "false"), ("AUTOREST_OPERATORS", "minus:pg_catalog.-,starts:^@,missing:<~~~>")), cluster);
        }
    }
}
