using System.Text.Json;
using AutoRest.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AutoRest.Browser.Tests;

/// <summary>The documentation page, used as a front-end developer does.</summary>
public sealed class DocsPageTests(Browsing browsing)
{
    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/")]
    [InlineData("/")]
    public async Task It_is_shown_without_complaints_and_from_this_server_alone(string path)
    {
        await using var visit = await browsing.OpenAsync();
        var server = await browsing.ServerAsync();
        var docs = await browsing.ShowDocsAsync(visit, path);

        await Expect(docs.Title).ToContainTextAsync("Todo API");
        await Expect(visit.Page.Locator(".info")).ToContainTextAsync("What a small team has to do.");
        await Expect(docs.Operation("read_todos")).ToBeVisibleAsync();
        Assert.DoesNotContain(visit.Requests, u => u.Authority != server.Address.Authority);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Whoever_authorizes_sees_what_the_role_may_do_until_logging_out()
    {
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/docs");
        await Expect(docs.Operation("insert_todos")).ToHaveCountAsync(0);
        await Expect(docs.Path("/notes")).ToHaveCountAsync(0);

        await docs.AuthorizeAsync(Browsing.UserToken);
        await docs.CloseDialogAsync();
        await Expect(docs.Operation("insert_todos")).ToBeVisibleAsync();
        await Expect(docs.Operation("read_notes")).ToBeVisibleAsync();

        await docs.LogOutAsync();
        await Expect(docs.Operation("insert_todos")).ToHaveCountAsync(0);
        await Expect(docs.Path("/notes")).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_read_with_a_filter_shows_the_rows()
    {
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/");
        var read = await docs.TryAsync("read_todos");
        await DocsPage.FillAsync(read, "tags", "cs.{security}");
        await DocsPage.FillAsync(read, "select", "task,people(name)");
        var (status, body, headers) = await DocsPage.ExecuteAsync(read);
        await read.Locator(".live-responses-table").ScrollIntoViewIfNeededAsync();

        Assert.Equal("200", status);
        Assert.Equal("""[{"task":"Grant as little as possible","people":{"name":"Ada"}}]""", Compact(body));
        Assert.Contains("content-range: 0-0/*", headers, StringComparison.Ordinal);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task An_example_is_filled_in_that_can_be_inserted_as_it_is()
    {
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/docs");
        await docs.AuthorizeAsync(Browsing.UserToken);
        await docs.CloseDialogAsync();
        var insert = await docs.TryAsync("insert_todos");
        var example = await insert.Locator("textarea").InputValueAsync();
        var (status, body, headers) = await DocsPage.ExecuteAsync(insert);

        Assert.Equal("""{"task":"text","done":false,"priority":"normal","due":"2024-01-31","tags":[],"owner_id":1}""", Compact(example));
        Assert.Equal("201", status);
        Assert.StartsWith("""[{"id":""", Compact(body), StringComparison.Ordinal);
        Assert.Contains("preference-applied: return=representation", headers, StringComparison.Ordinal);
        Assert.Equal("1", await browsing.QueryAsync("select count(*) from api.todos where task = 'text' and due = '2024-01-31'"));
    }

    [Fact]
    public async Task An_update_changes_the_filtered_row_only()
    {
        await browsing.QueryAsync("insert into api.todos (task) values ('update me'), ('leave me')");
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/docs");
        await docs.AuthorizeAsync(Browsing.UserToken);
        await docs.CloseDialogAsync();
        var update = await docs.TryAsync("update_todos");
        await DocsPage.FillAsync(update, "task", "eq.update me");
        await DocsPage.FillAsync(update, "select", "task,done,priority");
        await update.Locator("textarea").FillAsync("""{"done": true, "priority": "high"}""");
        var (status, body, _) = await DocsPage.ExecuteAsync(update);

        Assert.Equal("200", status);
        Assert.Equal("""[{"task":"update me","done":true,"priority":"high"}]""", Compact(body));
        Assert.Equal("f", await browsing.QueryAsync("select done from api.todos where task = 'leave me'"));
    }

    [Fact]
    public async Task Functions_are_called_by_query_and_by_body()
    {
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/docs");
        var get = await docs.TryAsync("get_rpc_open_todos");
        await get.Locator("tr[data-param-name='at_least'] select").SelectOptionAsync("high");
        await DocsPage.FillAsync(get, "select", "task");
        var (status, body, _) = await DocsPage.ExecuteAsync(get);
        Assert.Equal(("200", """[{"task":"Grant as little as possible"}]"""), (status, Compact(body)));

        var post = await docs.TryAsync("call_rpc_hours_between");
        await post.Locator("textarea").FillAsync("""{"a": "2024-01-31T09:30:00Z", "b": "2024-01-31T10:45:00Z"}""");
        (status, body, _) = await DocsPage.ExecuteAsync(post);
        Assert.Equal(("200", "1.25"), (status, body));
    }

    [Fact]
    public async Task A_wrong_token_is_refused_with_the_reason_and_can_be_corrected()
    {
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/docs");
        await docs.AuthorizeAsync(Token.Sign(Browsing.Secret, """{"role":"web_user","exp":1}"""));
        await Expect(docs.SignIn.Locator("[role=alert]")).ToHaveTextAsync("JWT expired");
        await Expect(docs.Operation("read_todos")).ToBeHiddenAsync();

        await docs.SignIn.Locator("input").FillAsync("Bearer " + Browsing.UserToken);
        await docs.SignIn.Locator("button").ClickAsync();
        await Expect(docs.SignIn).ToBeHiddenAsync();
        await Expect(docs.Operation("insert_todos")).ToBeVisibleAsync();
        await Expect(visit.Page.Locator(".dialog-ux")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_refusal_of_PostgreSQL_is_shown_as_it_is()
    {
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/docs");
        await docs.AuthorizeAsync(Browsing.UserToken);
        await docs.CloseDialogAsync();
        var insert = await docs.TryAsync("insert_todos");
        await insert.Locator("textarea").FillAsync("""{"task": ""}""");
        var (status, body, _) = await DocsPage.ExecuteAsync(insert);
        using var error = JsonDocument.Parse(body);
        Assert.Equal(("400", "23514"), (status, error.RootElement.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task With_token_only_signed_in_users_read_it()
    {
        await using var visit = await browsing.OpenAsync();
        await using var server = await browsing.StartServerAsync(("AUTOREST_DOCS", "token"));
        var docs = new DocsPage(visit.Page);
        await visit.Page.GotoAsync(new Uri(server.Address, "/docs").AbsoluteUri);
        await Expect(docs.SignIn).ToBeVisibleAsync();
        await Expect(docs.Path("/todos")).ToHaveCountAsync(0);

        await docs.SignIn.Locator("input").FillAsync(Browsing.UserToken);
        await docs.SignIn.Locator("button").ClickAsync();
        await Expect(docs.Operation("read_notes")).ToBeVisibleAsync();

        // The token that opened the page is the one requests are tried out with.
        var read = await docs.TryAsync("read_notes");
        Assert.Equal("200", (await DocsPage.ExecuteAsync(read)).Status);
    }

    [Fact]
    public async Task Off_there_is_no_page()
    {
        await using var visit = await browsing.OpenAsync();
        await using var server = await browsing.StartServerAsync(("AUTOREST_DOCS", "off"));
        var answer = await visit.Page.GotoAsync(new Uri(server.Address, "/docs").AbsoluteUri);
        Assert.Equal(404, answer!.Status);
    }

    [Fact]
    public async Task Another_schema_can_be_chosen_and_is_asked_for_when_trying_out()
    {
        await using var visit = await browsing.OpenAsync();
        await using var server = await browsing.StartServerAsync(("PGRST_DB_SCHEMAS", "api,archive"));
        var docs = new DocsPage(visit.Page);
        await docs.OpenAsync(new Uri(server.Address, "/docs"));
        await Expect(docs.Operation("read_todos")).ToBeVisibleAsync();
        await visit.Page.Locator("#schema").SelectOptionAsync("archive");
        await Expect(docs.Operation("read_done_long_ago")).ToBeVisibleAsync();
        await Expect(docs.Path("/todos")).ToHaveCountAsync(0);

        var read = await docs.TryAsync("read_done_long_ago");
        var (status, body, _) = await DocsPage.ExecuteAsync(read);
        Assert.Equal(("200", """[{"id":1,"task":"Buy punch cards"}]"""), (status, Compact(body)));
    }

    /// <summary>The picture in the README is this one.</summary>
    [Fact]
    public async Task A_picture_is_taken()
    {
        await using var visit = await browsing.OpenAsync();
        var docs = await browsing.ShowDocsAsync(visit, "/docs");
        await docs.AuthorizeAsync(Browsing.UserToken);
        await docs.CloseDialogAsync();
        await visit.Page.Locator(".opblock-tag[data-tag='notes']").ClickAsync();
        await docs.Operation("insert_todos").WaitForAsync();
        var file = Browsing.Picture("docs-page.png");
        await visit.Page.ScreenshotAsync(new() { Path = file });
        Assert.InRange(new FileInfo(file).Length, 10_000, 200_000);
    }

    static string Compact(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement);
    }
}
