using System.Text.Json;
using AutoRest.Api.Tests.Recorded;
using AutoRest.Testing;

namespace AutoRest.Api.Tests;

/// <summary>The OpenAPI 3.1 document and the documentation page: what the recorded cases, which know version 2.0 only, do not reach.</summary>
public sealed class OpenApiTests(SharedCluster shared) : IAsyncLifetime
{
    const string Database = "openapi";
    const string Document = "/.well-known/openapi.json";

    static readonly SemaphoreSlim Preparing = new(1);
    static bool _isPrepared;

    PostgresCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await shared.GetAsync();
        await Preparing.WaitAsync();
        try
        {
            if (!_isPrepared)
            {
                await _cluster.CreateDatabaseAsync(Database, Corpus.FixtureFile);
                _isPrepared = true;
            }
        }
        finally
        {
            Preparing.Release();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_document_follows_privileges_that_change_without_a_reload()
    {
        await using var server = await StartAsync();
        var before = await server.SendAsync(Get(Document).WithHeader("Accept-Profile", "tenant"));
        await _cluster.ExecuteAsync("grant select on tenant.vault to anon", Database);
        var after = await server.SendAsync(Get(Document).WithHeader("Accept-Profile", "tenant"));
        await _cluster.ExecuteAsync("revoke select on tenant.vault from anon", Database);
        var again = await server.SendAsync(Get(Document).WithHeader("Accept-Profile", "tenant"));

        Assert.DoesNotContain("/vault", Paths(before));
        Assert.Contains("/vault", Paths(after));
        Assert.DoesNotContain("/vault", Paths(again));
        Assert.NotEqual(before.Header("ETag"), after.Header("ETag"));
        Assert.Equal(before.Header("ETag"), again.Header("ETag"));
    }

    [Fact]
    public async Task A_known_document_is_not_sent_again_but_another_role_gets_its_own()
    {
        await using var server = await StartAsync();
        var first = await server.SendAsync(Get(Document));
        var known = Get(Document).WithHeader("If-None-Match", $"\"other\", {first.Header("ETag")}");
        var second = await server.SendAsync(known);
        var admin = await server.SendAsync(known.WithHeader("Authorization", "Bearer " + AdminToken));

        Assert.Equal((200, "private, no-cache"), (first.Status, first.Header("Cache-Control")));
        Assert.Equal((304, 0), (second.Status, second.Body.Length));
        Assert.Equal(first.Header("ETag"), second.Header("ETag"));
        Assert.Equal(200, admin.Status);
        Assert.True(Paths(admin).Count > Paths(first).Count);
    }

    [Fact]
    public async Task Both_versions_are_at_the_root_by_media_type()
    {
        await using var server = await StartAsync();
        var usual = await server.SendAsync(Get("/"));
        var third = await server.SendAsync(Get("/").WithHeader("Accept", "application/openapi+json;version=3.1"));
        var vendor = await server.SendAsync(Get("/").WithHeader("Accept", "application/vnd.oai.openapi+json"));

        Assert.Equal("2.0", Member(usual, "swagger"));
        Assert.Equal("3.1.0", Member(third, "openapi"));
        Assert.Equal("application/openapi+json;version=3.1; charset=utf-8", third.Header("Content-Type"));
        Assert.Equal("application/vnd.oai.openapi+json;version=3.1", vendor.Header("Content-Type"));
        Assert.Null(usual.Header("ETag"));
        Assert.Equal(third.Text, vendor.Text);
    }

    [Fact]
    public async Task The_document_stays_at_its_path_when_a_function_answers_the_root()
    {
        await using var server = await StartAsync(("PGRST_DB_ROOT_SPEC", "api.root_doc"));
        Assert.Equal("{\"root\": true}", (await server.SendAsync(Get("/"))).Text);
        Assert.Equal("3.1.0", Member(await server.SendAsync(Get(Document)), "openapi"));
    }

    [Fact]
    public async Task The_page_is_off_unless_it_is_switched_on()
    {
        await using var server = await StartAsync();
        var root = await server.SendAsync(Get("/").WithHeader("Accept", "text/html"));
        Assert.Equal(406, root.Status);
        Assert.Equal(404, (await server.SendAsync(Get("/docs"))).Status);
        Assert.Equal(404, (await server.SendAsync(Get("/docs/"))).Status);
    }

    [Fact]
    public async Task The_page_and_its_files_come_from_this_server_alone()
    {
        await using var server = await StartAsync(("AUTOREST_DOCS", "on"));
        var pages = new[]
        {
            await server.SendAsync(Get("/").WithHeader("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")), await server.SendAsync(Get("/docs")),
            await server.SendAsync(Get("/docs/")),
        };
        Assert.All(pages, static p =>
        {
            Assert.Equal((200, "text/html; charset=utf-8"), (p.Status, p.Header("Content-Type")));
            Assert.Contains("default-src 'none'", p.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.DoesNotContain("http", p.Text.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        });
        foreach (var (file, type) in (ReadOnlySpan<(string, string)>)[("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css"), ("docs.js", "text/javascript")])
        {
            Assert.Contains($"\"docs/{file}\"", pages[1].Text, StringComparison.Ordinal);
            Assert.Contains($"\"{file}\"", pages[2].Text, StringComparison.Ordinal);
        }

        var script = await server.SendAsync(Get("/docs/swagger-ui-bundle.js"));
        var compressed = await server.SendAsync(Get("/docs/swagger-ui-bundle.js").WithHeader("Accept-Encoding", "gzip, br"));
        Assert.Equal((200, "gzip"), (compressed.Status, compressed.Header("Content-Encoding")));
        Assert.True(script.Body.Length > 2 * compressed.Body.Length);
        Assert.Equal(404, (await server.SendAsync(Get("/docs/../secrets"))).Status);
        Assert.Equal("2.0", Member(await server.SendAsync(Get("/").WithHeader("Accept", "*/*")), "swagger"));
    }

    [Fact]
    public async Task A_relation_called_docs_keeps_its_path()
    {
        await using var server = await StartAsync(("AUTOREST_DOCS", "on"), ("PGRST_DB_SCHEMAS", "api,with_docs"));
        Assert.Equal("[{\"id\":7}]", (await server.SendAsync(Get("/docs").WithHeader("Accept-Profile", "with_docs"))).Text);
        Assert.Equal("text/html; charset=utf-8", (await server.SendAsync(Get("/docs/"))).Header("Content-Type"));
    }

    [Fact]
    public async Task With_token_the_page_is_open_and_the_document_needs_one()
    {
        await using var server = await StartAsync(("AUTOREST_DOCS", "token"));
        Assert.Equal(200, (await server.SendAsync(Get("/docs"))).Status);
        var anonymous = await server.SendAsync(Get(Document));
        Assert.Equal((401, "PGRST302"), (anonymous.Status, Member(anonymous, "code")));
        Assert.Equal(200, (await server.SendAsync(Get(Document).WithHeader("Authorization", "Bearer " + AdminToken))).Status);
        Assert.Equal("2.0", Member(await server.SendAsync(Get("/")), "swagger"));
    }

    [Fact]
    public async Task Page_and_document_are_below_the_base_path()
    {
        await using var server = await StartAsync(("AUTOREST_DOCS", "on"), ("AUTOREST_BASE_PATH", "/rest/v1"));
        Assert.Equal(404, (await server.SendAsync(Get("/docs"))).Status);
        Assert.Contains("\"docs/docs.js\"", (await server.SendAsync(Get("/rest/v1/docs"))).Text, StringComparison.Ordinal);
        var root = await server.SendAsync(Get("/rest/v1").WithHeader("Accept", "text/html"));
        Assert.Contains("\"/rest/v1/docs/docs.js\"", root.Text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await server.SendAsync(Get("/rest/v1" + Document))).Body);
        Assert.Equal("/rest/v1", json.RootElement.GetProperty("servers")[0].GetProperty("url").GetString());
    }

    [Fact]
    public async Task A_compressed_document_says_so_and_is_known_again()
    {
        await using var server = await StartAsync(("AUTOREST_COMPRESSION", "gzip"));
        var request = Get(Document).WithHeader("Accept-Encoding", "gzip");
        var first = await server.SendAsync(request);
        var second = await server.SendAsync(request.WithHeader("If-None-Match", first.Header("ETag")!));
        Assert.Equal((200, "gzip"), (first.Status, first.Header("Content-Encoding")));
        Assert.Equal((304, null), (second.Status, second.Header("Content-Encoding")));
    }

    [Fact]
    public async Task With_several_schemas_the_page_offers_them()
    {
        await using var server = await StartAsync(("AUTOREST_DOCS", "on"));
        Assert.Contains("<option>api</option><option>tenant</option>", (await server.SendAsync(Get("/docs"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_document_has_no_page()
    {
        await using var server = await StartAsync(("AUTOREST_DOCS", "on"), ("PGRST_OPENAPI_MODE", "disabled"));
        Assert.Equal(404, (await server.SendAsync(Get("/docs"))).Status);
        Assert.Equal("PGRST126", Member(await server.SendAsync(Get(Document)), "code"));
    }

    async Task<ServerProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        await _cluster.ExecuteAsync(
            "create schema if not exists with_docs; grant usage on schema with_docs to anon; create table if not exists with_docs.docs as select 7 as id;"
            + " grant select on with_docs.docs to anon", Database);
        var all = Corpus.Configurations["base"].Remove("PGRST_OPENAPI_SERVER_PROXY_URI").SetItems(settings.Select(static s => KeyValuePair.Create(s.Name, s.Value)));
        return await ServerProcess.StartAsync(_cluster.Uri(Database), all);
    }

    static string AdminToken { get; } = Corpus.Cases.Single(static c => c.Id == "openapi/the document of the second schema for a user")
        .Request.Headers.Single(static h => h.Key == "Authorization").Value["Bearer ".Length..];

    static RawRequest Get(string path) => new("GET", path);

    static string? Member(RawResponse response, string name)
    {
        using var json = JsonDocument.Parse(response.Body);
        return json.RootElement.GetProperty(name).GetString();
    }

    static List<string> Paths(RawResponse response)
    {
        using var json = JsonDocument.Parse(response.Body);
        return [.. json.RootElement.GetProperty("paths").EnumerateObject().Select(static p => p.Name)];
    }
}
