using System.Globalization;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>
/// Bodies made by the server's own encoder are, byte for byte, what PostgreSQL makes of the same rows. The functions <c>all_…</c> give the same rows in
/// the shape PostgreSQL encodes.
/// </summary>
public sealed class RowEncodingTests(RowEncodingTests.Fixture fixture) : IClassFixture<RowEncodingTests.Fixture>
{
    public static IEnumerable<TheoryDataRow<string>> Types() => EdgeValues.All.Keys.Select(type => new TheoryDataRow<string>(type));

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Rows_are_the_JSON_that_PostgreSQL_makes(string type)
    {
        var (server, cluster) = await fixture.StartedAsync();
        var table = Fixture.TableOf(type);
        var expected = await cluster.QueryAsync($"select json_agg(t) from (select id, v from api.{table} order by id) t", Fixture.Database);
        await AssertBodyAsync(server, Api.Get($"/{table}?order=id"), expected);
        await AssertBodyAsync(server, Api.Get($"/{table}?select=id,v&order=id").Prefer("count=exact"), expected);
        await AssertBodyAsync(server, Api.Get($"/rpc/all_{table}?order=id"), expected);
        var text = await cluster.QueryAsync($"select json_agg(t) from (select v::text as w, v from api.{table} order by id) t", Fixture.Database);
        await AssertBodyAsync(server, Api.Get($"/{table}?select=w:v::text,v&order=id"), text);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Rows_are_the_lines_that_PostgreSQL_makes(string type)
    {
        var (server, cluster) = await fixture.StartedAsync();
        var table = Fixture.TableOf(type);
        var lines = await cluster.QueryAsync(
            $"select string_agg(to_json(t)::text || e'\\n', '') from (select id, v from api.{table} order by id) t", Fixture.Database);
        await AssertBodyAsync(server, Api.Get($"/{table}?order=id").WithHeader("Accept", "application/x-ndjson"), lines);
        var csv = await cluster.QueryAsync(
            $"select string_agg(substring(t::text, 2, length(t::text) - 2), e'\\n') from (select id, v from api.{table} order by id) t", Fixture.Database);
        await AssertBodyAsync(server, Api.Get($"/{table}?order=id").WithHeader("Accept", "text/csv"), "id,v\n" + csv);
        await AssertBodyAsync(server, Api.Get($"/rpc/all_{table}?order=id").WithHeader("Accept", "text/csv"), "id,v\n" + csv);
    }

    [Theory]
    [InlineData("America/St_Johns")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("UTC")]
    public async Task Times_are_those_of_the_preferred_zone(string zone)
    {
        var (server, cluster) = await fixture.StartedAsync();
        foreach (var type in new[] { "timestamptz", "timestamp", "timestamptz(2)", "timetz" })
        {
            var table = Fixture.TableOf(type);
            var expected = await cluster.QueryAsync(
                $"select json_agg(t) from (select id, v from api.{table} order by id) t, set_config('timezone', '{zone}', true) _", Fixture.Database);
            await AssertBodyAsync(server, Api.Get($"/{table}?order=id").Prefer("timezone=" + zone), expected);
        }
    }

    [Fact]
    public async Task Column_names_are_escaped_as_PostgreSQL_escapes_them()
    {
        var (server, cluster) = await fixture.StartedAsync();
        var expected = await cluster.QueryAsync("select json_agg(t) from api.odd_names t", Fixture.Database);
        await AssertBodyAsync(server, Api.Get("/odd_names"), expected);
        await AssertBodyAsync(server, Api.Get("/rpc/all_odd_names"), expected);
    }

    [Fact]
    public async Task Aliases_longer_than_a_name_of_PostgreSQL_stay_whole()
    {
        var (server, _) = await fixture.StartedAsync();
        var one = new string('a', 70) + "1";
        var other = new string('a', 70) + "2";
        await AssertBodyAsync(server, Api.Get($"/odd_names?select={one}:a,{other}:a"), $"[{{\"{one}\":1,\"{other}\":1}}]");
    }

    [Fact]
    public async Task Paths_into_JSON_are_what_PostgreSQL_makes_of_them()
    {
        var (server, cluster) = await fixture.StartedAsync();
        foreach (var type in new[] { "json", "jsonb" })
        {
            var table = Fixture.TableOf(type);
            var expected = await cluster.QueryAsync(
                $"select json_agg(t) from (select id, v->'a' as a, v->>'a' as b, v->'a'->>0 as c from api.{table} order by id) t", Fixture.Database);
            await AssertBodyAsync(server, Api.Get($"/{table}?select=id,a:v->a,b:v->>a,c:v->a->>0&order=id"), expected);
        }
    }

    [Fact]
    public async Task No_rows_are_an_empty_array()
    {
        var (server, _) = await fixture.StartedAsync();
        await AssertBodyAsync(server, Api.Get("/odd_names?a=eq.0"), "[]");
        await AssertBodyAsync(server, Api.Get("/odd_names?a=eq.0").WithHeader("Accept", "application/x-ndjson"), "");
    }

    [Fact]
    public async Task A_value_of_a_megabyte_arrives_whole()
    {
        var (server, cluster) = await fixture.StartedAsync();
        var expected = await cluster.QueryAsync("select json_agg(t) from (select * from api.large order by id) t", Fixture.Database);
        Assert.True(expected.Length > 3_000_000);
        await AssertBodyAsync(server, Api.Get("/large?order=id"), expected);
        await AssertBodyAsync(server, Api.Get("/rpc/all_large?order=id"), expected);
    }

    static async Task AssertBodyAsync(ServerProcess server, RawRequest request, string expected)
    {
        var answer = await server.SendAsync(request);
        Assert.True(answer.Status == 200, $"{request.Path}: {answer.Status} {answer.Text}");
        var bytes = Encoding.UTF8.GetBytes(expected);
        if (!answer.Body.Span.SequenceEqual(bytes))
        {
            // The part around the first difference, not megabytes.
            var at = answer.Body.Span.CommonPrefixLength(bytes);
            var from = Math.Max(0, at - 60);
            Assert.Equal(Part(bytes, from), Part(answer.Body.Span, from));
            Assert.Fail($"{request.Path}: differs at byte {at}");
        }
    }

    static string Part(ReadOnlySpan<byte> bytes, int from) => Encoding.UTF8.GetString(bytes.Slice(from, Math.Min(160, bytes.Length - from)));

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "row_encoding";

        Task<(ServerProcess, PostgresCluster)>? _started;

        public Task<(ServerProcess Server, PostgresCluster Cluster)> StartedAsync() => _started ??= StartAsync();

        public static string TableOf(string type) => "t_" + string.Concat(type.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

        public async ValueTask DisposeAsync()
        {
            if (_started is { IsCompletedSuccessfully: true })
            {
                await _started.Result.Item1.DisposeAsync();
            }
        }

        async Task<(ServerProcess, PostgresCluster)> StartAsync()
        {
            var sql = new StringBuilder(EdgeValues.Types);
            foreach (var (type, values) in EdgeValues.All)
            {
                var table = TableOf(type);
                sql.Append(CultureInfo.InvariantCulture, $"create table api.{table} (id int generated always as identity, v {type});\n");
                sql.Append(CultureInfo.InvariantCulture, $"insert into api.{table} (v) values (null){string.Concat(values.Select(v => $", ({v})"))};\n");
                AppendFunction(sql, table);
            }
            sql.Append(EdgeValues.OtherTables);
            AppendFunction(sql, "odd_names");
            AppendFunction(sql, "large");
            sql.Append("grant select on all tables in schema api to anon;");
            var cluster = await shared.CreateAsync(Database, sql.ToString());
            return (await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "2")), cluster);
        }

        static void AppendFunction(StringBuilder sql, string table) =>
            sql.Append(CultureInfo.InvariantCulture, $"create function api.all_{table}() returns setof api.{table} language sql stable as 'select * from api.{table}';\n");
    }
}
