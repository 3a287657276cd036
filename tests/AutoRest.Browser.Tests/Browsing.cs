using AutoRest.Browser.Tests;
using AutoRest.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browsing))]

namespace AutoRest.Browser.Tests;

/// <summary>One Chromium, one PostgreSQL and one server for all tests; started by the first test that needs them.</summary>
public sealed class Browsing : IAsyncDisposable
{
    public const string Secret = "browser-tests-secret-0123456789abcdef";

    const string Database = "todos";

    // As root Chromium has no sandbox; the rest keeps it from talking to anybody but the server under test.
    static readonly string[] Switches =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync",
    ];

    readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _browser = new(StartBrowserAsync);
    readonly Lazy<Task<PostgresCluster>> _cluster;
    readonly Lazy<Task<ServerProcess>> _server;

    public Browsing()
    {
        _cluster = new(static async () =>
        {
            var cluster = await PostgresCluster.StartNewAsync();
            await cluster.CreateDatabaseAsync(Database, Path.Combine(AppContext.BaseDirectory, "todos.sql"));
            return cluster;
        });
        _server = new(() => StartServerAsync());
    }

    /// <summary>Signed for the role <c>web_user</c>.</summary>
    public static string UserToken { get; } = Token.Sign(Secret, """{"role":"web_user","sub":"ada"}""");

    /// <summary>A new page with a profile of its own, and what was wrong on it.</summary>
    public async Task<VisitedPage> OpenAsync()
    {
        Required.PostgreSql();
        Required.That(Chromium is not null, "Chromium is not installed: install chromium or set AUTOREST_CHROMIUM");
        // The browser needs a second to start: the database and the server start in it.
        _ = _server.Value;
        var (_, browser) = await _browser.Value;
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(15_000);
        return new VisitedPage(context, await context.NewPageAsync());
    }

    /// <summary>The documentation page of the shared server, loaded.</summary>
    internal async Task<DocsPage> ShowDocsAsync(VisitedPage visit, string path)
    {
        var docs = new DocsPage(visit.Page);
        await docs.OpenAsync(new Uri((await ServerAsync()).Address, path));
        return docs;
    }

    /// <summary>The server most tests share: the documentation is on, requests without a token are <c>anon</c>.</summary>
    public Task<ServerProcess> ServerAsync() => _server.Value;

    /// <summary>A server of a test's own.</summary>
    public async Task<ServerProcess> StartServerAsync(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["PGRST_DB_SCHEMAS"] = "api",
            ["PGRST_DB_ANON_ROLE"] = "anon",
            ["PGRST_JWT_SECRET"] = Secret,
            ["AUTOREST_DOCS"] = "on",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return await ServerProcess.StartAsync((await _cluster.Value).Uri(Database), all);
    }

    /// <summary>Asks the database as superuser.</summary>
    public async Task<string> QueryAsync(string sql) => await (await _cluster.Value).QueryAsync(sql, Database);

    /// <summary>Where pictures of pages are left.</summary>
    public static string Picture(string name) => Directory.CreateDirectory(Repository.File("TestResults", "pages")).FullName + "/" + name;

    static string? Chromium => Environment.GetEnvironmentVariable("AUTOREST_CHROMIUM") is { Length: > 0 } chosen
        ? chosen
        : new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable" }.Select(Command.Find).FirstOrDefault(static p => p is not null);

    static async Task<(IPlaywright, IBrowser)> StartBrowserAsync()
    {
        var driver = await Playwright.CreateAsync();
        return (driver, await driver.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Headless = true, Args = Switches }));
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser.IsValueCreated && _browser.Value.IsCompletedSuccessfully)
        {
            var (driver, browser) = _browser.Value.Result;
            await browser.DisposeAsync();
            driver.Dispose();
        }

        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
        {
            await _server.Value.Result.DisposeAsync();
        }

        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await _cluster.Value.Result.DisposeAsync();
        }
    }
}
