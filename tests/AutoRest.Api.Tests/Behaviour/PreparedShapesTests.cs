using System.Globalization;
using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>
/// Whatever the values are, a kind of request is one statement, prepared once and used from then on: PostgreSQL itself counts (pg_prepared_statements).
/// </summary>
public sealed class PreparedShapesTests(PreparedShapesTests.Fixture fixture) : IClassFixture<PreparedShapesTests.Fixture>
{
    /// <summary>A request of each kind with values that depend on a number.</summary>
    static readonly Dictionary<string, Func<int, RawRequest>> Shapes = new()
    {
        ["key"] = static n => Api.Get($"/projects?id=eq.{n}"),
        ["columns"] = static n => Api.Get($"/projects?select=id,title:name,budget&id=eq.{n}"),
        ["page"] = static n => Api.Get($"/projects?id=gt.{n}&order=name.desc.nullslast,id&limit={n + 1}&offset={n}"),
        ["range header"] = static n => Api.Get("/projects?order=id").WithHeader("Range", string.Create(CultureInfo.InvariantCulture, $"{n}-{n + 3}")),
        ["in"] = static n => Api.Get($"/projects?id=in.({string.Join(',', Enumerable.Range(1, n + 1))})"),
        ["any"] = static n => Api.Get($"/projects?name=like(any).{{p{n}*,q*}}"),
        ["logic"] = static n => Api.Get($"/projects?or=(id.eq.{n},and(name.like.p*,budget.not.gt.{n}))"),
        ["json path"] = static n => Api.Get($"/projects?select=id,data->a->>b&data->a->>b=eq.{n}"),
        ["json path with an index"] = static n => Api.Get($"/projects?select=data->list->{n}"),
        ["full text"] = static n => Api.Get($"/projects?name=fts(english).word{n}"),
        ["array"] = static n => Api.Get($"/projects?tags=cs.{{t{n}}}"),
        ["many to one"] = static n => Api.Get($"/projects?select=id,clients(name)&id=eq.{n}"),
        ["one to many"] = static n => Api.Get($"/clients?select=id,projects(id,name)&id=eq.{n}&projects.budget=lt.{n}&projects.order=id&projects.limit={n}"),
        ["many to many"] = static n => Api.Get($"/projects?select=id,people(name)&id=eq.{n}"),
        ["inner"] = static n => Api.Get($"/clients?select=id,projects!inner()&projects.id=gt.{n}"),
        ["spread"] = static n => Api.Get($"/projects?select=id,...clients(client:name)&id=eq.{n}"),
        ["aggregates"] = static n => Api.Get($"/projects?select=client,budget.sum(),count()&id=gt.{n}"),
        ["computed column"] = static n => Api.Get($"/projects?select=id,shout&shout=like.*{n}*"),
        ["exact count"] = static n => Api.Get($"/projects?id=gt.{n}&limit=2").Prefer("count=exact"),
        ["singular"] = static n => Api.Get($"/projects?id=eq.{n}").WithHeader("Accept", "application/vnd.pgrst.object+json"),
        ["csv"] = static n => Api.Get($"/projects?id=lt.{n}").WithHeader("Accept", "text/csv"),
        ["head"] = static n => new RawRequest("HEAD", $"/projects?id=eq.{n}"),
        ["insert"] = static n => Api.Post("/projects", $$"""{"name":"new {{n}}","client":1}"""),
        ["insert, representation"] = static n => Api.Post("/projects?select=id,clients(name)", $$"""{"name":"new {{n}}","client":1}""").Prefer("return=representation"),
        ["bulk"] = static n => Api.Post("/projects", $"[{string.Join(',', Enumerable.Range(0, n + 1).Select(static i => $$"""{"name":"bulk {{i}}","client":2}"""))}]"),
        ["bulk, missing=default"] = static n => Api.Post("/projects?columns=name,client,done", $$"""[{"name":"d {{n}}","client":2},{"name":"e"}]""").Prefer("missing=default"),
        ["csv insert"] = static n => new RawRequest("POST", "/projects").WithHeader("Content-Type", "text/csv").WithBody($"name,client\nc {n},1\n"),
        ["upsert"] = static n => Api.Post("/clients", $$"""{"id":{{n + 50}},"name":"u"}""").Prefer("resolution=merge-duplicates"),
        ["put"] = static n => new RawRequest("PUT", $"/clients?id=eq.{n + 70}").WithHeader("Content-Type", "application/json").WithBody($$"""{"id":{{n + 70}},"name":"put"}"""),
        ["update"] = static n => Api.Patch($"/projects?id=eq.{n}", $$"""{"done":true,"name":"p{{n}} done"}"""),
        ["delete"] = static n => new RawRequest("DELETE", $"/projects?id=eq.{n + 1000}"),
        ["max-affected"] = static n => Api.Patch($"/projects?id=eq.{n}", """{"done":true}""").Prefer($"handling=strict,max-affected={n + 1}"),
        ["function, get"] = static n => Api.Get($"/rpc/add?a={n}&b=1"),
        ["function, post"] = static n => Api.Post("/rpc/add", $$"""{"a":{{n}},"b":1}"""),
        ["function of rows"] = static n => Api.Get($"/rpc/projects_of?client_id=1&select=id,name&id=gt.{n}&order=id&limit={n}"),
        ["function of a document"] = static n => Api.Post("/rpc/keep", $$"""{"anything":{{n}}}"""),
        ["time zone"] = static n => Api.Get($"/projects?id=eq.{n}").Prefer($"timezone={(n % 2 == 0 ? "Asia/Tokyo" : "Europe/Paris")}"),
    };

    public static TheoryData<string> Names => new(Shapes.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_kind_of_request_is_prepared_once_and_used_from_then_on(string name)
    {
        const int Uses = 4;
        var server = await fixture.ServerAsync();
        for (var n = 1; n <= 5; n++)
        {
            await SendAsync(server, Shapes[name](n));
            await PreparedAsync(server);
        }

        var before = await PreparedAsync(server);
        for (var n = 6; n < 6 + Uses; n++)
        {
            await SendAsync(server, Shapes[name](n));
        }

        var after = await PreparedAsync(server);

        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        var used = after.Where(s => s.Value.Uses - before[s.Key].Uses == Uses).Select(static s => s.Value.Statement).ToList();
        Assert.Contains(used, static statement => !statement.Contains("set_config('role'", StringComparison.Ordinal));
        // The session statement, which the question for these numbers shares or not.
        Assert.Contains(after, s => s.Value.Statement.Contains("set_config('role'", StringComparison.Ordinal) && s.Value.Uses - before[s.Key].Uses >= Uses);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("page")]
    [InlineData("many to one")]
    [InlineData("insert")]
    [InlineData("update")]
    [InlineData("function, get")]
    public async Task The_plan_of_a_frequent_request_is_made_once(string name)
    {
        var server = await fixture.ServerAsync();
        for (var n = 1; n <= 20; n++)
        {
            await SendAsync(server, Shapes[name](n));
        }

        var before = await PreparedAsync(server);
        await SendAsync(server, Shapes[name](21));
        var after = await PreparedAsync(server);

        // The question about them may itself be prepared only now: then it was not there before.
        Assert.Contains(after, s => before.TryGetValue(s.Key, out var earlier) && s.Value.Generic - earlier.Generic == 1 && s.Value.Uses - earlier.Uses == 1
            && !s.Value.Statement.Contains("pg_prepared_statements", StringComparison.Ordinal)
            && !s.Value.Statement.Contains("set_config('role'", StringComparison.Ordinal)
            && !s.Value.Statement.Contains("\"prepared\"", StringComparison.Ordinal));
    }

    static async Task SendAsync(ServerProcess server, RawRequest request)
    {
        var answer = await server.SendAsync(request);
        Assert.True(answer.Status is >= 200 and < 300, $"{request.Method} {request.Path}: {answer.Status} {answer.Text}");
    }

    /// <summary>What is prepared on the server's only connection, by name.</summary>
    static async Task<Dictionary<string, (string Statement, int Generic, int Uses)>> PreparedAsync(ServerProcess server)
    {
        var answer = await server.SendAsync(Api.Get("/prepared"));
        Assert.Equal(200, answer.Status);
        using var rows = JsonDocument.Parse(answer.Text);
        return rows.RootElement.EnumerateArray().ToDictionary(
            static row => row.GetProperty("name").GetString()!,
            static row =>
            {
                var (generic, custom) = (row.GetProperty("generic_plans").GetInt32(), row.GetProperty("custom_plans").GetInt32());
                return (row.GetProperty("statement").GetString()!, generic, generic + custom);
            });
    }

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        const string Database = "prepared_shapes";

        Task<ServerProcess>? _server;

        public Task<ServerProcess> ServerAsync() => _server ??= StartAsync();

        async Task<ServerProcess> StartAsync()
        {
            var cluster = await shared.CreateAsync(Database, Sql);
            return await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "1"), ("PGRST_DB_AGGREGATES_ENABLED", "true"));
        }

        public async ValueTask DisposeAsync()
        {
            if (_server is not null)
            {
                await (await _server).DisposeAsync();
            }
        }

        const string Sql = """
            create table api.clients (id int primary key, name text);
            insert into api.clients select n, 'client ' || n from generate_series(1, 20) n;
            create table api.projects (
              id int generated by default as identity (start with 5000) primary key, name text, client int references api.clients, budget numeric default 1,
              data jsonb default '{"a":{"b":"3"},"list":[1,2,3]}', tags text[] default '{t1,t2}', done bool not null default false);
            insert into api.projects (id, name, client) select n, 'p' || n, n % 20 + 1 from generate_series(1, 2000) n;
            create table api.people (id int primary key, name text);
            create table api.assignments (project int references api.projects, person int references api.people, primary key (project, person));
            create function api.shout(api.projects) returns text language sql stable as 'select upper($1.name)';
            create function api.add(a int, b int) returns int language sql stable as 'select a + b';
            create function api.projects_of(client_id int) returns setof api.projects language sql stable as 'select * from api.projects where client = client_id';
            create function api.keep(json) returns json language sql as 'select $1';
            create view api.prepared as select name, statement, generic_plans, custom_plans from pg_prepared_statements;
            grant all on all tables in schema api to anon;
            analyze;
            """;
    }
}
