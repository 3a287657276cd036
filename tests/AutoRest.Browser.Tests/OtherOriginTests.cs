using System.Net;
using System.Text;
using AutoRest.Testing;
using Microsoft.Playwright;

namespace AutoRest.Browser.Tests;

/// <summary>Requests from a page of another origin: the browser enforces what the server allows. contract/requests.md §12.</summary>
public sealed class OtherOriginTests(Browsing browsing)
{
    const string Fetch = """
        async ({ url, init }) => {
          try {
            const response = await fetch(url, init);
            const headers = {};
            for (const name of ['Content-Range', 'Content-Location', 'Location', 'Server', 'Proxy-Status']) headers[name] = response.headers.get(name);
            return { status: response.status, body: await response.text(), range: headers['Content-Range'], where: headers['Content-Location'],
              location: headers.Location, server: headers.Server, proxy: headers['Proxy-Status'] };
          } catch (error) {
            return { status: 0, body: String(error) };
          }
        }
        """;

    sealed record Answer
    {
        public int Status { get; init; }

        public string? Body { get; init; }

        public string? Range { get; init; }

        public string? Where { get; init; }

        public string? Location { get; init; }

        public string? Server { get; init; }

        public string? Proxy { get; init; }
    }

    [Fact]
    public async Task A_page_reads_rows_and_the_exposed_headers()
    {
        await using var visit = await OpenElsewhereAsync();
        var server = await browsing.ServerAsync();
        var answer = await FetchAsync(visit, server, "/todos?select=task&order=id&limit=1&id=lte.3", new() { ["headers"] = Headers(("Prefer", "count=exact")) });
        Assert.Equal((206, """[{"task":"Write the schema"}]""", "0-0/3"), (answer.Status, answer.Body, answer.Range));
        Assert.Equal("/todos?id=lte.3&limit=1&order=id&select=task", answer.Where);
        Assert.StartsWith("autorest/", answer.Server, StringComparison.Ordinal);
        Assert.Null(answer.Proxy);
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData("POST", "/notes", """{"body":"from elsewhere"}""", 201)]
    [InlineData("PATCH", "/todos?id=eq.3", """{"due":"2024-03-01"}""", 204)]
    [InlineData("PUT", "/todos?id=eq.9003", """{"id":9003,"task":"put"}""", 400)]
    [InlineData("DELETE", "/todos?id=eq.9001", null, 204)]
    public async Task A_page_writes_with_a_token_after_the_preflight(string method, string path, string? body, int status)
    {
        await using var visit = await OpenElsewhereAsync();
        var init = new Dictionary<string, object?>
        {
            ["method"] = method,
            ["headers"] = Headers(("Authorization", "Bearer " + Browsing.UserToken), ("Prefer", "return=headers-only"), ("Content-Type", "application/json")),
        };
        if (body is not null)
        {
            init["body"] = body;
        }

        var answer = await FetchAsync(visit, await browsing.ServerAsync(), path, init);
        Assert.True(status == answer.Status, $"{answer.Status} {answer.Body}");
        Assert.Equal(method == "POST", answer.Location?.StartsWith("/notes?id=eq.", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task A_page_reads_the_reason_of_a_refusal()
    {
        await using var visit = await OpenElsewhereAsync();
        var answer = await FetchAsync(visit, await browsing.ServerAsync(), "/todo", []);
        Assert.Equal(404, answer.Status);
        Assert.Contains("PGRST205", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_for_the_origins_that_are_named()
    {
        await using var visit = await OpenElsewhereAsync();
        var with = new Dictionary<string, object?> { ["credentials"] = "include" };
        var everybody = await FetchAsync(visit, await browsing.ServerAsync(), "/people?select=name&id=eq.1", with);
        Assert.Equal(0, everybody.Status);

        await using var own = await browsing.StartServerAsync(("PGRST_SERVER_CORS_ALLOWED_ORIGINS", new Uri(visit.Page.Url).GetLeftPart(UriPartial.Authority)));
        var named = await FetchAsync(visit, own, "/people?select=name&id=eq.1", with);
        Assert.Equal((200, """[{"name":"Ada"}]"""), (named.Status, named.Body));
    }

    [Fact]
    public async Task An_origin_that_is_not_named_reads_nothing_and_writes_nothing()
    {
        await using var visit = await OpenElsewhereAsync();
        await using var server = await browsing.StartServerAsync(("PGRST_SERVER_CORS_ALLOWED_ORIGINS", "https://app.example.com"));
        var read = await FetchAsync(visit, server, "/people", []);
        var write = await FetchAsync(visit, server, "/notes", new()
        {
            ["method"] = "POST",
            ["headers"] = Headers(("Authorization", "Bearer " + Browsing.UserToken), ("Content-Type", "application/json")),
            ["body"] = """{"body":"not allowed"}""",
        });
        Assert.Equal((0, 0), (read.Status, write.Status));
        Assert.Equal("0", await browsing.QueryAsync("select count(*) from api.notes where body = 'not allowed'"));
    }

    static Dictionary<string, string> Headers(params (string Name, string Value)[] headers) => headers.ToDictionary(static h => h.Name, static h => h.Value);

    static Task<Answer> FetchAsync(VisitedPage visit, ServerProcess server, string path, Dictionary<string, object?> init) =>
        visit.Page.EvaluateAsync<Answer>(Fetch, new Dictionary<string, object?> { ["url"] = new Uri(server.Address, path).AbsoluteUri, ["init"] = init });

    /// <summary>A page that a server on another port delivered.</summary>
    async Task<VisitedPage> OpenElsewhereAsync()
    {
        var visit = await browsing.OpenAsync();
        using var elsewhere = new HttpListener();
        var address = $"http://127.0.0.1:{Ports.Free()}/";
        elsewhere.Prefixes.Add(address);
        elsewhere.Start();
        var serving = ServeAsync(elsewhere);
        await visit.Page.GotoAsync(address, new() { WaitUntil = WaitUntilState.Commit });
        await serving;
        return visit;
    }

    static async Task ServeAsync(HttpListener listener)
    {
        var request = await listener.GetContextAsync();
        request.Response.ContentType = "text/html";
        // An icon of its own, so that the browser does not ask for one.
        await request.Response.OutputStream.WriteAsync(Encoding.ASCII.GetBytes("<!DOCTYPE html><link rel=icon href='data:,'><title>App</title>"));
        request.Response.Close();
    }
}
