using AutoRest.Api.Tests.Behaviour;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Examples;

using Api = Behaviour.Api;

/// <summary>What the examples promise: who may do what, and which index a request uses. Their READMEs are run by <see cref="Docs.DocTests"/>.</summary>
public sealed class ExampleTests(SharedCluster shared)
{
    const string Acme = "aaaaaaaa-0000-4000-8000-000000000001";
    const string Globex = "bbbbbbbb-0000-4000-8000-000000000002";
    const string GlobexUser = "bbbbbbbb-1111-4000-8000-000000000001";
    const string GlobexDocument = "bbbbbbbb-2222-4000-8000-000000000001";

    const string BobsTodo = "44444444-4444-4444-8444-444444444444";

    const string Upsert = "resolution=merge-duplicates, return=representation";

    public static TheoryData<string> Names { get; } = [.. Directory.GetDirectories(Repository.File("examples")).Select(static f => Path.GetFileName(f))];

    /// <summary>A request of somebody who has no right to what it asks, and the statuses that answer it.</summary>
    sealed record Attempt(RawRequest Request, params int[] Statuses);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_doctor_has_no_objections_and_the_file_can_be_run_again(string name)
    {
        Required.PostgreSql();

        // Its own: the doctor looks at roles, and those of other tests are in the cluster they share.
        await using var cluster = await PostgresCluster.StartNewAsync();
        if (name == "vectors")
        {
            await Example.RequireVectorAsync(cluster);
        }

        var database = "examined_" + name;
        await Example.CreateDatabaseAsync(cluster, database, name);
        await cluster.LoadAsync(database, Repository.File("examples", name, "schema.sql"));
        var schemas = Example.Of($"examples/{name}/")!.Settings.GetValueOrDefault("PGRST_DB_SCHEMAS", "api");
        var said = await Command.TryRunAsync("dotnet",
            [Repository.Output("src/AutoRest.Cli", "autorest.dll"), "doctor", "--db-uri", cluster.Uri(database), "--schema", schemas, "--anon-role", "api_anon"],
            environment: new Dictionary<string, string> { ["PGRST_JWT_SECRET"] = Example.Secret });
        Assert.True(said.ExitCode == 0, said.Output + said.Error);
        Assert.Equal("", await cluster.QueryAsync($"""
            select c.oid::regclass from pg_class c
            where c.relnamespace::regnamespace::text = any (string_to_array('{schemas}', ',')) and c.relkind in ('r', 'p') and not c.relrowsecurity
            """, database));
    }

    [Fact]
    public async Task Todos_and_comments_are_changed_by_their_owners_only()
    {
        var cluster = await shared.GetAsync();
        await Example.CreateDatabaseAsync(cluster, "example_todos", "todos");
        await using var server = await Example.StartServerAsync(cluster, "example_todos", "todos");
        RawRequest[] requests =
        [
            Api.Patch($"/todos?id=eq.{BobsTodo}", """{"task":"taken"}"""),
            Api.Delete($"/todos?id=eq.{BobsTodo}"),
            Api.Post("/todos", """{"task":"forged","owner":"bob"}"""),
            Api.Post("/todos", """[{"task":"honest","owner":"alice"},{"task":"forged","owner":"bob"}]"""),
            Api.Post("/todos", $$"""{"id":"{{BobsTodo}}","task":"taken","owner":"alice"}""").Prefer(Upsert),
            Put($"/todos?id=eq.{BobsTodo}", $$"""{"id":"{{BobsTodo}}","task":"taken","owner":"alice"}"""),
            Api.Patch("/comments?author=eq.bob", """{"body":"taken"}"""),
            Api.Patch("/comments", """{"author":"alice"}"""),
            Api.Delete("/comments?author=eq.bob"),
            Api.Post("/comments", $$"""{"todo_id":"{{BobsTodo}}","body":"forged","author":"bob"}"""),
        ];
        const string Bobs = "select * from api.todos where owner = 'bob' or task in ('honest', 'forged', 'taken'); ";
        var todos = await cluster.QueryAsync(Bobs, "example_todos");
        var comments = await cluster.QueryAsync("select * from api.comments", "example_todos");
        foreach (var request in requests)
        {
            await RefusedAsync(server, new(As(request, """{"role":"web_user","sub":"alice"}"""), 204, 403), "taken");
            await RefusedAsync(server, new(request, 401), "taken");
        }

        await RefusedAsync(server, new(Api.Post("/rpc/finish_due", """{"until":"2040-01-01"}"""), 401));
        Assert.Equal(todos, await cluster.QueryAsync(Bobs, "example_todos"));
        Assert.Equal(comments, await cluster.QueryAsync("select * from api.comments", "example_todos"));
    }

    [Fact]
    public async Task No_verb_reaches_another_tenants_rows()
    {
        var cluster = await shared.GetAsync();
        const string Database = "example_tenants";
        await Example.CreateDatabaseAsync(cluster, Database, "tenants");
        await using var server = await Example.StartServerAsync(cluster, Database, "tenants");
        var foreignRow = $$"""{"tenant_id":"{{Globex}}","id":"{{GlobexDocument}}","title":"taken"}""";
        Attempt[] attempts =
        [
            new(Api.Get("/documents"), 200),
            new(Api.Get("/tenants?select=*,users(*),documents(*)"), 200),
            new(Api.Get("/users?select=*,documents(*),tenants(*)"), 200),
            new(Api.Get("/users?select=name,documents!inner(title)&documents.title=like.Globex*"), 200),
            new(Api.Get($"/documents?id=eq.{GlobexDocument}"), 200),
            new(Api.Get($"/documents?or=(tenant_id.eq.{Globex},title.not.is.null)"), 200),
            new(Api.Get($"/documents?select=count()&tenant_id=eq.{Globex}"), 200),
            new(Api.Get("/rpc/usage"), 200),
            new(Api.Get("/documents").WithHeader("Accept", "text/csv"), 200),
            new(Api.Patch($"/documents?id=eq.{GlobexDocument}", """{"title":"taken"}""").Prefer("return=representation"), 200),
            new(Api.Patch($"/documents?tenant_id=eq.{Globex}", """{"title":"taken"}"""), 204),
            new(Api.Patch("/documents", $$"""{"tenant_id":"{{Globex}}"}"""), 403),
            new(Api.Patch($"/tenants?id=eq.{Globex}", """{"name":"taken"}"""), 204),
            new(Api.Patch("/tenants", $$"""{"id":"{{Globex}}"}"""), 403),
            new(Api.Delete($"/documents?id=eq.{GlobexDocument}").Prefer("return=representation"), 200),
            new(Api.Delete($"/users?tenant_id=eq.{Globex}"), 204),
            new(Api.Delete($"/tenants?id=eq.{Globex}"), 403),
            new(Api.Post("/documents", $$"""{"tenant_id":"{{Globex}}","title":"taken"}"""), 403),
            new(Api.Post("/documents", $$"""[{"tenant_id":"{{Acme}}","title":"honest"},{"tenant_id":"{{Globex}}","title":"taken"}]"""), 403),
            new(Csv("/documents", $"tenant_id,title\n{Globex},taken\n"), 403),
            new(Api.Post("/documents", foreignRow).Prefer(Upsert), 403),
            new(Api.Post("/documents", foreignRow).Prefer("resolution=ignore-duplicates"), 403),
            new(Put($"/documents?tenant_id=eq.{Globex}&id=eq.{GlobexDocument}", foreignRow), 403),
            new(Api.Post("/documents", $$"""{"author_id":"{{GlobexUser}}","title":"taken"}"""), 409),
            new(Api.Post("/tenants", """{"name":"taken"}"""), 403),
        ];
        var before = await GlobexRowsAsync(cluster, Database);
        foreach (var attempt in attempts)
        {
            await RefusedAsync(server, attempt with { Request = AsAcme(attempt.Request) }, "Globex", "Gina", "bbbbbbbb", "taken");
            await RefusedAsync(server, attempt with { Request = attempt.Request, Statuses = [401] }, "Globex", "Gina", "bbbbbbbb", "Acme", "aaaaaaaa");
        }

        Assert.Equal(before, await GlobexRowsAsync(cluster, Database));
        Assert.Equal("1", await cluster.QueryAsync($"select count(*) from api.documents where tenant_id = '{Acme}'", Database));
        Assert.Equal("""{"users":1,"documents":1}""", (await server.SendAsync(AsAcme(Api.Get("/rpc/usage")))).Text.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HEAD", "exact")]
    [InlineData("PATCH", "exact")]
    [InlineData("DELETE", "exact")]
    public async Task Counts_leave_another_tenants_rows_out(string method, string count)
    {
        var cluster = await shared.GetAsync();
        var database = "example_tenants_" + method.ToLowerInvariant();
        await Example.CreateDatabaseAsync(cluster, database, "tenants");
        await using var server = await Example.StartServerAsync(cluster, database, "tenants");
        var request = new RawRequest(method, $"/documents?tenant_id=eq.{Globex}").Prefer("count=" + count);
        if (method == "PATCH")
        {
            request = request.WithHeader("Content-Type", "application/json").WithBody("""{"title":"taken"}""");
        }

        Assert.Equal("*/0", (await server.SendAsync(AsAcme(request))).Header("Content-Range"));
    }

    [Fact]
    public async Task Keys_of_another_tenant_can_be_used_and_tell_nothing()
    {
        var cluster = await shared.GetAsync();
        const string Database = "example_tenants_keys";
        await Example.CreateDatabaseAsync(cluster, Database, "tenants");
        await using var server = await Example.StartServerAsync(cluster, Database, "tenants");
        var answer = await server.SendAsync(AsAcme(Api.Post("/users", $$"""{"id":"{{GlobexUser}}","email":"gina@globex.example","name":"Another"}""")));
        Assert.True(answer.Status == 201, answer.Text);
        Assert.Equal("Gina", await cluster.QueryAsync($"select name from api.users where tenant_id = '{Globex}'", Database));
    }

    [Theory]
    [InlineData("""{"role":"web_user"}""")]
    [InlineData("""{"role":"web_user","tenant_id":null}""")]
    [InlineData("""{"role":"web_user","tenant_id":""}""")]
    [InlineData("""{"role":"web_user","tenant_id":"acme"}""")]
    [InlineData("""{"role":"web_user","tenant_id":["bbbbbbbb-0000-4000-8000-000000000002"]}""")]
    [InlineData("""{"role":"web_user","app.current_tenant_id":"bbbbbbbb-0000-4000-8000-000000000002"}""")]
    public async Task A_token_without_a_tenant_is_refused(string claims)
    {
        var cluster = await shared.GetAsync();
        var database = "example_tenants_none_" + (uint)claims.GetHashCode(StringComparison.Ordinal);
        await Example.CreateDatabaseAsync(cluster, database, "tenants");
        await using var server = await Example.StartServerAsync(cluster, database, "tenants");

        // A tenant was here before, in the same session.
        Assert.Equal(200, (await server.SendAsync(AsAcme(Api.Get("/documents")))).Status);
        var answer = await server.SendAsync(As(Api.Get("/documents"), claims));
        Assert.True(answer.Status == 403 && answer.Text.Contains("names no tenant", StringComparison.Ordinal), answer.Text);
    }

    [Fact]
    public async Task No_verb_reaches_another_tenants_schema()
    {
        var cluster = await shared.GetAsync();
        const string Database = "example_tenants_schemas";
        await Example.CreateDatabaseAsync(cluster, Database, "tenants");
        await using var server = await Example.StartServerAsync(cluster, Database, "tenants");
        RawRequest[] requests =
        [
            Api.Get("/invoices"), new("HEAD", "/invoices"), Api.Post("/invoices", """{"number":7,"amount":1,"customer":"taken"}"""),
            Api.Post("/invoices", """{"number":1,"amount":1,"customer":"taken"}""").Prefer(Upsert), Api.Patch("/invoices", """{"customer":"taken"}"""),
            Put("/invoices?number=eq.1", """{"number":1,"amount":1,"customer":"taken"}"""), Api.Delete("/invoices"),
        ];
        foreach (var request in requests)
        {
            RawRequest In(string tenant) => request.WithHeader("Accept-Profile", "tenant_" + tenant).WithHeader("Content-Profile", "tenant_" + tenant);
            await RefusedAsync(server, new(As(In("globex"), """{"role":"tenant_acme"}"""), 403), "Hooli");
            await RefusedAsync(server, new(AsAcme(In("globex")), 403), "Hooli");
            await RefusedAsync(server, new(In("globex"), 401), "Hooli");
            Assert.InRange((await server.SendAsync(As(In("acme"), """{"role":"tenant_acme"}"""))).Status, 200, 206);
        }

        Assert.Equal("1|99.50|Hooli", await cluster.QueryAsync("select * from tenant_globex.invoices", Database));
    }

    [Fact]
    public async Task Chat_messages_are_their_owners_and_filters_use_the_indexes()
    {
        var cluster = await shared.GetAsync();
        const string Database = "example_chat";
        await Example.CreateDatabaseAsync(cluster, Database, "chat");
        await cluster.ExecuteAsync("""
            insert into api.conversations (title, owner) select 'c' || n, 'user' || n from generate_series(1, 200) n;
            insert into api.messages (conversation_id, owner, message, created_at)
            select c.id, c.owner, jsonb_build_object('role', case when n % 10 = 0 then 'user' else 'assistant' end, 'content', repeat('word ', 20),
                'lead', jsonb_build_object('email', c.owner || '-' || n || '@example.com')), now() - n * interval '1 minute'
            from api.conversations c, generate_series(1, 100) n where c.title ~ '^c[0-9]';
            """, Database);

        // Also what autovacuum does to a GIN index: without it new entries wait in a list that every search reads.
        await cluster.ExecuteAsync("vacuum analyze api.messages", Database);
        await using var server = await Example.StartServerAsync(cluster, Database, "chat");
        const string User = """{"role":"web_user","sub":"user7"}""";
        const string Support = """{"role":"support"}""";
        foreach (var (path, who, index) in new[]
        {
            ("/messages?order=created_at.desc&limit=10", User, "messages_owner_date_idx"),
            ("/messages?role=eq.user&order=created_at.desc&limit=10", User, "messages_owner_role_idx"),
            ("/messages?message->lead->>email=eq.user7-3@example.com", Support, "messages_email_idx"),
            ("/messages?message=cs.%7B%22lead%22:%7B%22email%22:%22user7-3@example.com%22%7D%7D", Support, "messages_document_idx"),
            ("/messages?conversation_id=eq.20&order=created_at&limit=10", Support, "messages_conversation_idx"),
        })
        {
            // More often than the five executions after which PostgreSQL may prefer one plan for all values.
            for (var i = 0; i < 8; i++)
            {
                var read = await server.SendAsync(As(Api.Get(path), who));
                Assert.True(read.Status == 200 && read.Text != "[]", path + "\n" + read.Text);
            }

            var plan = await server.SendAsync(As(Api.Get(path), who).WithHeader("Accept", "application/vnd.pgrst.plan+text"));
            Assert.True(plan.Text.Contains(index, StringComparison.Ordinal), $"{path}\n{plan.Text}");
        }

        const string Bobs = "select * from api.messages where owner = 'bob'";
        var before = await cluster.QueryAsync(Bobs, Database);
        Attempt[] attempts =
        [
            new(Api.Get("/messages?select=*,conversations(*)"), 200),
            new(Api.Get("/conversations?select=*,messages!inner(*)&messages.owner=eq.bob"), 200),
            new(Api.Delete("/messages?owner=eq.bob"), 204),
            new(Api.Delete("/conversations?owner=eq.bob"), 204),
            new(Api.Patch("/messages", """{"message":{"role":"user","content":"taken"}}"""), 403),
            new(Api.Patch("/conversations?id=eq.2", """{"title":"taken"}"""), 204),
            new(Api.Post("/messages", """{"conversation_id":2,"message":{"role":"user","content":"taken"}}"""), 409),
            new(Api.Post("/messages", """{"conversation_id":2,"owner":"bob","message":{"role":"user","content":"taken"}}"""), 403),
        ];
        foreach (var attempt in attempts)
        {
            await RefusedAsync(server, attempt with { Request = As(attempt.Request, User) }, "invoice", "bob");
            await RefusedAsync(server, attempt with { Statuses = [401] }, "invoice", "bob");
        }

        foreach (var request in new[] { Api.Delete("/messages?owner=eq.bob"), Api.Patch("/conversations?id=eq.2", """{"title":"taken"}""") })
        {
            await RefusedAsync(server, new(As(request, Support), 403));
        }

        Assert.Equal(before, await cluster.QueryAsync(Bobs, Database));
        Assert.Equal("An invoice", await cluster.QueryAsync("select title from api.conversations where id = 2", Database));
    }

    [Fact]
    public async Task Nearest_neighbours_come_from_the_index_and_are_the_callers_own_or_public()
    {
        var cluster = await shared.GetAsync();
        await Example.RequireVectorAsync(cluster);
        const string Database = "example_vectors";
        await Example.CreateDatabaseAsync(cluster, Database, "vectors");
        await cluster.ExecuteAsync("""
            insert into api.passages (owner, public, body, embedding)
            select 'user' || n % 50, n % 4 = 0, repeat('passage ', 50) || n, array[cos(n), sin(n), n % 7]::real[]::public.vector from generate_series(1, 10000) n;
            """, Database);
        await cluster.ExecuteAsync("vacuum analyze api.passages", Database);
        await using var server = await Example.StartServerAsync(cluster, Database, "vectors");
        const string User = """{"role":"web_user","sub":"user7"}""";
        foreach (var read in new[]
        {
            "/passages?order=embedding.cosine.[1,0,0]&limit=5&select=id,owner,public",
            "/passages?order=embedding.cosine.[1,0,0].asc&limit=5&public=is.true&select=id,owner,public",
            "/passages?order=embedding.cosine.[1,0,0]&limit=5&embedding=cosine.lt(0.5).[1,0,0]&select=id,owner,public,score:embedding.$op(cosine,[1,0,0])",
            "/rpc/nearest?query=[1,0,0]&select=id,owner,public",
        })
        {
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal(200, (await server.SendAsync(As(Api.Get(read), User))).Status);
            }

            var plan = await server.SendAsync(As(Api.Get(read), User).WithHeader("Accept", "application/vnd.pgrst.plan+text"));
            Assert.True(plan.Text.Contains("passages_cosine_idx", StringComparison.Ordinal), $"{read}\n{plan.Text}");

            // As many as are asked for, though most candidates are hidden; from the nearest, though an index of this kind is approximate.
            var rows = System.Text.Json.Nodes.JsonNode.Parse((await server.SendAsync(As(Api.Get(read), User))).Text)!.AsArray();
            Assert.Equal(5, rows.Count);
            Assert.All(rows, static r => Assert.True((string?)r!["owner"] == "user7" || (bool)r["public"]!));
            var nearest = (await cluster.QueryAsync(
                "select id from api.passages where owner = 'user7' or public order by embedding <=> '[1,0,0]' limit 50", Database)).Split('\n');
            Assert.All(rows, r => Assert.Contains(r!["id"]!.ToString(), nearest));
        }

        var counted = await server.SendAsync(As(Api.Get("/passages?order=embedding.cosine.[1,0,0]&limit=2&offset=1&owner=eq.user7").Prefer("count=exact"), User));
        Assert.Equal("1-2/200", counted.Header("Content-Range"));
        foreach (var (order, code) in new[] { ("embedding.cosine.[1,0]", "22000"), ("embedding.cosine.[x]", "22P02"), ("body.cosine.[1]", "42883"), ("embedding.inner.[1,0,0]", "PGRST100") })
        {
            var answer = await server.SendAsync(As(Api.Get("/passages?order=" + order), User));
            Assert.True(answer.Code() == code, $"{order}: {answer.Status} {answer.Text}");
        }

        const string Others = "select count(*), min(body) from api.passages where owner <> 'user7'";
        var before = await cluster.QueryAsync(Others, Database);
        await RefusedAsync(server, new(As(Api.Patch("/passages?owner=eq.bob", """{"body":"taken"}"""), User), 204));
        await RefusedAsync(server, new(As(Api.Delete("/passages?owner=eq.bob"), User), 204));
        await RefusedAsync(server, new(As(Api.Post("/passages", """{"owner":"bob","body":"forged","embedding":[1,2,3]}"""), User), 403));
        await RefusedAsync(server, new(Api.Post("/passages", """{"body":"forged","embedding":[1,2,3]}"""), 401));
        await RefusedAsync(server, new(Api.Get("/passages?order=embedding.cosine.[0,0,1]&public=is.false"), 200), "owner");
        Assert.Equal(before, await cluster.QueryAsync(Others, Database));
    }

    [Fact]
    public async Task Many_users_share_two_sessions_and_nothing_else()
    {
        var cluster = await shared.GetAsync();
        const string Database = "example_pooling";
        await Example.CreateDatabaseAsync(cluster, Database, "pooling");
        await using var pooler = (await Example.Of("examples/pooling/")!.StartPoolerAsync(cluster))!;
        await using var server = await Example.StartServerAsync(cluster, Database, "pooling", pooler);
        await cluster.ExecuteAsync("insert into api.jobs (owner, task) select 'user' || u, 'job ' || j from generate_series(0, 9) u, generate_series(1, 4) j", Database);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var user = "user" + (i % 10);
            var claims = $$"""{"role":"web_user","sub":"{{user}}"}""";
            var session = (await server.SendAsync(As(Api.Get("/rpc/session"), claims))).Text;
            var anonymous = (await server.SendAsync(Api.Get("/rpc/session"))).Text;
            Assert.Contains($"\"user\" : \"{user}\"", session, StringComparison.Ordinal);
            Assert.Contains("\"user\" : null", anonymous, StringComparison.Ordinal);
            return (user, (await server.SendAsync(As(Api.Post("/rpc/take_job?select=id,owner", "{}"), claims))).Text);
        }));
        var taken = answers.Where(static a => a.Text != "[]").ToList();
        Assert.All(taken, static a => Assert.Contains($"\"owner\":\"{a.user}\"", a.Text, StringComparison.Ordinal));
        Assert.Equal(40, taken.Select(static a => a.Text).Distinct().Count());
        Assert.Equal(40, taken.Count);

        // The pooler's two and the one that listens.
        Assert.InRange(int.Parse(await cluster.QueryAsync(
            $"select count(*) from pg_stat_activity where datname = '{Database}' and usename = 'authenticator'"), System.Globalization.CultureInfo.InvariantCulture), 1, 3);
    }

    static async Task<string> GlobexRowsAsync(PostgresCluster cluster, string database) => string.Join('\n',
        await cluster.QueryAsync("select * from api.tenants where name !~ 'Acme'", database),
        await cluster.QueryAsync($"select * from api.users where tenant_id = '{Globex}'", database),
        await cluster.QueryAsync($"select * from api.documents where tenant_id = '{Globex}'", database));

    /// <summary>Sends what must not succeed: one of the statuses, and none of the words in the answer.</summary>
    static async Task RefusedAsync(ServerProcess server, Attempt attempt, params string[] hidden)
    {
        var answer = await server.SendAsync(attempt.Request);
        var what = $"{attempt.Request.Method} {attempt.Request.Path}: {answer.Status} {answer.Text}";
        Assert.True(attempt.Statuses.Contains(answer.Status), what);
        Assert.All(hidden, word => Assert.False(answer.Text.Contains(word, StringComparison.Ordinal), what));
    }

    static RawRequest As(RawRequest request, string claims) => request.WithHeader("Authorization", "Bearer " + Token.Sign(Example.Secret, claims));

    static RawRequest AsAcme(RawRequest request) => As(request, $$"""{"role":"web_user","sub":"alice","tenant_id":"{{Acme}}"}""");

    static RawRequest Put(string path, string json) => new RawRequest("PUT", path).WithHeader("Content-Type", "application/json").WithBody(json);

    static RawRequest Csv(string path, string text) => new RawRequest("POST", path).WithHeader("Content-Type", "text/csv").WithBody(text);
}
