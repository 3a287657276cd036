using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace AutoRest.Browser.Tests;

/// <summary>A page, and what it asked for and complained about.</summary>
public sealed class VisitedPage : IAsyncDisposable
{
    readonly IBrowserContext _context;
    readonly ConcurrentQueue<string> _complaints = new();
    readonly ConcurrentQueue<Uri> _requests = new();

    public VisitedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => _requests.Enqueue(new Uri(request.Url));
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and exceptions nobody caught.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>What was asked over the network; <c>data:</c> and <c>blob:</c> stay inside.</summary>
    public IEnumerable<Uri> Requests => _requests.Where(static u => u.Scheme is not ("data" or "blob"));

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
