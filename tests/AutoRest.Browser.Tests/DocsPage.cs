using Microsoft.Playwright;

namespace AutoRest.Browser.Tests;

/// <summary>The documentation page as somebody at the screen handles it.</summary>
public sealed class DocsPage(IPage page)
{
    public ILocator Title => page.Locator(".info .title");

    /// <summary>What is shown instead of the documentation to whoever may not read it.</summary>
    public ILocator SignIn => page.Locator("#sign-in");

    public ILocator Path(string path) => page.Locator($".opblock-summary-path[data-path='{path}']");

    public ILocator Operation(string id) => page.Locator($".opblock[id$='-{id}']");

    /// <summary>Goes there, and waits until the document is shown.</summary>
    public async Task OpenAsync(Uri address)
    {
        await page.GotoAsync(address.AbsoluteUri);
        await page.Locator(".opblock-tag").First.WaitForAsync();
    }

    /// <summary>The dialog <i>Authorize</i>, with a token; the document is another one afterwards.</summary>
    public async Task AuthorizeAsync(string token)
    {
        await page.Locator(".btn.authorize").First.ClickAsync();
        await page.Locator(".auth-container input").FillAsync(token);
        await page.RunAndWaitForResponseAsync(
            () => page.Locator(".auth-container button.authorize").ClickAsync(), static r => r.Url.EndsWith("/openapi.json", StringComparison.Ordinal));
    }

    public Task CloseDialogAsync() => page.Locator(".btn-done").ClickAsync();

    /// <summary>The dialog's <i>Logout</i>.</summary>
    public async Task LogOutAsync()
    {
        await page.Locator(".btn.authorize").First.ClickAsync();
        await page.RunAndWaitForResponseAsync(
            () => page.Locator(".auth-container button:has-text('Logout')").ClickAsync(), static r => r.Url.EndsWith("/openapi.json", StringComparison.Ordinal));
        await CloseDialogAsync();
    }

    /// <summary>Opens an operation and presses <i>Try it out</i>.</summary>
    public async Task<ILocator> TryAsync(string id)
    {
        var operation = Operation(id);
        await operation.Locator(".opblock-summary-control").ClickAsync();
        await operation.Locator(".try-out__btn").ClickAsync();
        return operation;
    }

    /// <summary>Fills in a parameter.</summary>
    public static Task FillAsync(ILocator operation, string parameter, string value) =>
        operation.Locator($"tr[data-param-name='{parameter}'] input").First.FillAsync(value);

    /// <summary>Presses <i>Execute</i>, and reads the answer off the screen.</summary>
    public static async Task<(string Status, string Body, string Headers)> ExecuteAsync(ILocator operation)
    {
        await operation.Locator(".execute").ClickAsync();
        var answer = operation.Locator(".live-responses-table");
        var status = answer.Locator("tr.response td.response-col_status").First;
        await Assertions.Expect(status).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9]{3}"));
        var texts = await answer.Locator("pre").AllInnerTextsAsync();
        return ((await status.InnerTextAsync())[..3], texts.Count > 1 ? texts[0] : "", texts[^1]);
    }
}
