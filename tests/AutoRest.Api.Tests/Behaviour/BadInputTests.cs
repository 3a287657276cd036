using System.Diagnostics;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Whatever arrives is answered as the client's fault, soon, and the server stays.</summary>
public sealed class BadInputTests(BadInputTests.Fixture fixture) : IClassFixture<BadInputTests.Fixture>
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string> Large
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var depth in new[] { 63, 64, 65, 200, 100_000 })
            {
                data.Add($"select, {depth} levels", "/items?select=id" + Repeat(",items(id", depth) + new string(')', depth));
                data.Add($"logic, {depth} levels", "/items?or=(" + Repeat("and(", depth) + "id.eq.1" + new string(')', depth) + ")");
                data.Add($"negated logic, {depth} levels", "/items?and=(" + Repeat("not.or(", depth) + "id.eq.1" + new string(')', depth) + ")");
                data.Add($"unclosed logic, {depth} levels", "/items?or=" + Repeat("(and(", depth));
                data.Add($"JSON path, {depth} steps", "/items?select=data" + Repeat("->a", depth));
                data.Add($"filter on a JSON path, {depth} steps", "/items?data" + Repeat("->0", depth) + "=eq.1");
                data.Add($"embed path, {depth} steps", "/items?" + Repeat("items.", depth) + "id=eq.1");
                data.Add($"spreads, {depth} levels", "/items?select=" + Repeat("...items(", depth) + "id" + new string(')', depth));
            }
            data.Add("5,000 columns", "/items?select=" + string.Join(',', Enumerable.Range(0, 5_000).Select(n => $"a{n}:id")));
            data.Add("100,000 columns", "/items?select=" + string.Join(',', Enumerable.Repeat("id", 100_000)));
            data.Add("1,600 columns", "/items?select=" + string.Join(',', Enumerable.Range(0, 1_600).Select(n => $"a{n}:id")));
            data.Add("a list of a megabyte", $"/items?id=in.({string.Join(',', Enumerable.Range(0, 150_000))})");
            data.Add("a list of quotes", $"/items?name=in.({string.Join(',', Enumerable.Repeat("\"a\\\"\"", 100_000))})");
            data.Add("a list that is not closed", "/items?name=in.(\"" + new string('\\', 500_000));
            data.Add("10,000 filters", "/items?" + string.Join('&', Enumerable.Repeat("id=eq.1", 10_000)));
            data.Add("10,000 conditions", $"/items?or=({string.Join(',', Enumerable.Repeat("id.eq.1", 10_000))})");
            data.Add("10,000 orders", "/items?order=" + string.Join(',', Enumerable.Repeat("id.desc", 10_000)));
            data.Add("a long value", "/items?name=eq." + new string('x', 1_000_000));
            data.Add("a long name", $"/items?{new string('x', 1_000_000)}=eq.1");
            data.Add("a long relation", "/" + new string('x', 1_000_000));
            data.Add("a pattern", "/items?name=match." + Uri.EscapeDataString(Repeat("(a*)*", 1_000)));
            data.Add("escapes", "/items?name=eq." + Repeat("%25", 300_000));
            data.Add("a huge limit", "/items?limit=99999999999999999999999999");
            data.Add("a huge offset", "/items?offset=99999999999999999999999999");
            data.Add("a negative limit", "/items?limit=-1");
            data.Add("a huge number", "/items?id=eq.1" + new string('0', 500_000));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Large), DisableDiscoveryEnumeration = true)]
    public async Task What_is_too_deep_too_long_or_too_much_is_answered(string what, string path)
    {
        var server = await fixture.ServerAsync();
        foreach (var method in new[] { "GET", "DELETE" })
        {
            var clock = Stopwatch.StartNew();
            var answer = await server.SendAsync(new RawRequest(method, path));
            Assert.True(IsAllowed(answer), $"{what}, {method}: {answer.Status} {answer.Text[..Math.Min(300, answer.Text.Length)]}");
            Assert.True(clock.Elapsed < Limit, $"{what}, {method}: {clock.Elapsed}");
        }
        Assert.Equal("""[{"id":1}]""", (await server.SendAsync(Api.Get("/items?select=id&id=eq.1"))).Text);
    }

    static readonly string[] Valid =
    [
        "/items?select=id,total:name::text,parent:items!items_parent_fkey!left(id,name)&or=(id.eq.1,and(name.in.(a,\"b,c\"),not.data->>k.is.null))",
        "/items?name=not.like(any).{a*,\"b\"}&order=id.desc.nullslast,data->k.asc&limit=3&offset=0&parent=is.null",
        "/rpc/echo?t=x%20y&select=echo",
        "/items?select=id.count(),name&name=fts(english).word&data->a->0=eq.1&columns=id",
    ];

    /// <summary>At every position of requests that are right, something that does not belong there; or the rest is missing.</summary>
    [Fact]
    public async Task Damage_at_every_position_is_never_an_error_of_the_server()
    {
        var server = await fixture.ServerAsync();
        await Task.WhenAll(Valid.Select(async valid =>
        {
            for (var i = 1; i <= valid.Length; i++)
            {
                foreach (var piece in new[] { "\"", "(", ")", "%", "%00", ",", ".", "\\", "%c3" })
                {
                    await CheckAsync(server, valid[..i] + piece + valid[i..]);
                }
                await CheckAsync(server, valid[..i]);
            }
        }));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_in_JSON()
    {
        var server = await fixture.SmallServerAsync();
        var large = await server.SendAsync(Api.Post("/items", $"{{\"name\":\"{new string('x', 20_000)}\"}}"));
        Assert.Equal(413, large.Status);
        Assert.NotNull(large.Code());

        // Without a length: found out while it is read.
        using var connection = await RawHttp.ConnectAsync(server.Port);
        var chunk = "1000\r\n" + new string('x', 0x1000) + "\r\n";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + Repeat(chunk, 5) + "0\r\n\r\n"));
        var chunked = await connection.ReadAsync("POST");
        Assert.Equal(413, chunked.Status);
        Assert.NotNull(chunked.Code());

        Assert.Equal(201, (await server.SendAsync(Api.Post("/items", """{"id":90001,"name":"small"}"""))).Status);
        Assert.Equal(204, (await server.SendAsync(Api.Delete("/items?id=eq.90001"))).Status);
    }

    public static TheoryData<string, string> Bodies => new()
    {
        { "deep arrays", Repeat("[", 1_000_000) },
        { "deep objects", Repeat("{\"a\":", 300_000) },
        { "6,000 levels", "{\"data\":" + new string('[', 6_000) + new string(']', 6_000) + "}" },
        { "many keys", "{" + string.Join(',', Enumerable.Range(0, 50_000).Select(n => $"\"k{n}\":1")) + "}" },
        { "many rows of many keys", "[" + string.Join(',', Enumerable.Repeat("{" + string.Join(',', Enumerable.Range(0, 100).Select(n => $"\"k{n}\":1")) + "}", 1_000)) + "]" },
        { "a huge number", $"{{\"id\":{new string('9', 500_000)}}}" },
        { "a lone surrogate", """{"name":"\ud800"}""" },
        { "NUL", "{\"name\":\"\\u0000\"}" },
        { "a control character", "{\"name\":\"\u0001\"}" },
        { "one key a million times", "{" + string.Join(',', Enumerable.Repeat("\"nope\":1", 300_000)) + "}" },
    };

    [Theory]
    [MemberData(nameof(Bodies), DisableDiscoveryEnumeration = true)]
    public async Task A_monstrous_body_is_refused(string what, string body)
    {
        var server = await fixture.ServerAsync();
        foreach (var path in new[] { "/items", "/rpc/echo" })
        {
            var answer = await server.SendAsync(Api.Post(path, body));
            Assert.True(IsAllowed(answer) && answer.Status >= 400, $"{what}, {path}: {answer.Status} {answer.Text[..Math.Min(300, answer.Text.Length)]}");
        }
    }

    [Theory]
    [InlineData("Authorization", "Bearer ", 30_000, "a")]
    [InlineData("Authorization", "Bearer ", 20_000, ".")]
    [InlineData("Authorization", "", 30_000, "x")]
    [InlineData("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.", 10_000, "e")]
    [InlineData("Prefer", "", 10_000, "a,")]
    [InlineData("Accept", "", 4_000, "text/csv;q=0.1,")]
    [InlineData("Accept", "", 10_000, ";")]
    [InlineData("Range", "", 10_000, "0-")]
    [InlineData("Range", "99999999999999999999-", 1, "99999999999999999999999")]
    [InlineData("Cookie", "", 10_000, "a=b;")]
    [InlineData("Content-Profile", "", 10_000, "x")]
    [InlineData("Accept-Profile", "", 10_000, "\"")]
    [InlineData("X-Header", "", 60_000, "x")]
    public async Task A_monstrous_header_is_answered(string name, string start, int count, string piece)
    {
        var server = await fixture.ServerAsync();
        var answer = await server.SendAsync(Api.Get("/items?limit=1").WithHeader(name, start + Repeat(piece, count)));
        Assert.True(IsAllowed(answer), $"{answer.Status} {answer.Text[..Math.Min(300, answer.Text.Length)]}");
    }

    [Theory]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\r\n\r\n")]
    [InlineData("GET /items HTTP/1.1\r\n\r\n")]
    [InlineData("GET /items HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /items HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("POST /items HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("POST /items HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n")]
    [InlineData("GET /items HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n")]
    [InlineData("GET /it\0ems HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /%ff%fe?%ff=%ff HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET http://elsewhere/items HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")]
    [InlineData("TRACE /items HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("VERYLONGMETHODNAMEVERYLONGMETHODNAME /items HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /items/1/2/3 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET //items HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /rpc HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /rpc/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task What_is_hardly_HTTP_is_the_fault_of_the_client(string bytes)
    {
        var server = await fixture.ServerAsync();
        using (var connection = await RawHttp.ConnectAsync(server.Port))
        {
            await connection.WriteAsync(Encoding.Latin1.GetBytes(bytes));
            try
            {
                var answer = await connection.ReadAsync("GET");
                Assert.True(IsAllowed(answer), $"{answer.Status} {answer.Text}");
            }
            catch (IOException e)
            {
                // Closing the connection is an answer, too; waiting for more is not.
                Assert.DoesNotContain("no complete response", e.Message, StringComparison.Ordinal);
            }
        }
        Assert.Equal(200, (await server.SendAsync(Api.Get("/items?limit=1"))).Status);
    }

    [Fact]
    public async Task An_oversized_URL_or_head_is_refused_by_its_own_status()
    {
        var server = await fixture.ServerAsync();
        Assert.Equal(414, (await server.SendAsync(Api.Get("/items?name=eq." + new string('x', 3_000_000)))).Status);
        Assert.Equal(431, (await server.SendAsync(Api.Get("/items").WithHeader("X-Header", new string('x', 100_000)))).Status);
        Assert.Equal(200, (await server.SendAsync(Api.Get("/items?limit=1"))).Status);
    }

    static async Task CheckAsync(ServerProcess server, string path)
    {
        var answer = await server.SendAsync(Api.Get(path));
        Assert.True(IsAllowed(answer), $"{path}: {answer.Status} {answer.Text}");
    }

    /// <summary>The contract gives PostgreSQL's own limits (class 54: too many columns, too complex) as 500; 505 is about the client's HTTP.</summary>
    static bool IsAllowed(RawResponse answer) =>
        answer.Status is >= 200 and < 500 or 505 || (answer.Status == 500 && answer.Code() is ['5', '4', ..]);

    static string Repeat(string piece, int count) => new StringBuilder(piece.Length * count).Insert(0, piece, count).ToString();

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        const string Database = "bad_input";

        Task<PostgresCluster>? _cluster;
        Task<ServerProcess>? _server;
        Task<ServerProcess>? _small;

        public Task<ServerProcess> ServerAsync() => _server ??= StartAsync();

        public Task<ServerProcess> SmallServerAsync() => _small ??= StartAsync(("AUTOREST_MAX_BODY_SIZE", "10000"));

        public async ValueTask DisposeAsync()
        {
            foreach (var server in new[] { _server, _small })
            {
                if (server is { IsCompletedSuccessfully: true })
                {
                    await server.Result.DisposeAsync();
                }
            }
        }

        async Task<ServerProcess> StartAsync(params (string, string)[] settings)
        {
            var cluster = await (_cluster ??= shared.CreateAsync(Database, """
                create table api.items (id int primary key, name text, data jsonb, parent int references api.items);
                insert into api.items values (1, 'one', '{}', null), (2, 'two', '[1]', 1);
                grant select, insert, update, delete on api.items to anon;
                create function undone() returns trigger language plpgsql as 'begin return null; end';
                create trigger undone before delete on api.items for each row when (old.id < 10) execute function undone();
                create function api.echo(t text) returns text language sql as 'select t';
                """));
            return await Api.StartAsync(cluster.Uri(Database), [("PGRST_DB_POOL", "2"), ("PGRST_DB_CHANNEL_ENABLED", "false"), .. settings]);
        }
    }
}
