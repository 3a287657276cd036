namespace AutoRest.Server;

/// <summary>Ends a request after its time: everything in it listens to <see cref="HttpContext.RequestAborted"/>.</summary>
sealed class RequestDeadline : IDisposable
{
    readonly HttpContext _http;
    readonly CancellationToken _client;
    readonly CancellationTokenSource _either;

    RequestDeadline(HttpContext http, int seconds)
    {
        _http = http;
        _client = http.RequestAborted;
        _either = CancellationTokenSource.CreateLinkedTokenSource(_client);
        _either.CancelAfter(TimeSpan.FromSeconds(seconds));
        http.RequestAborted = _either.Token;
    }

    /// <summary>The time is up, and it was not the client that left.</summary>
    public bool HasPassed => _either.IsCancellationRequested && !_client.IsCancellationRequested;

    /// <summary>Null without a limit: then it costs nothing.</summary>
    public static RequestDeadline? Start(HttpContext http, int seconds) => seconds > 0 ? new RequestDeadline(http, seconds) : null;

    public void Dispose()
    {
        _http.RequestAborted = _client;
        _either.Dispose();
    }
}
