using System.Net;

namespace AutoRest.Cli;

/// <summary>Small questions to our own processes on loopback.</summary>
static class Http
{
    // No proxy: one set in the environment would be asked about our own loopback.
    static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromSeconds(1) })
    {
        Timeout = TimeSpan.FromSeconds(3),
    };

    /// <summary>Status of a GET; <see langword="null"/> when nobody answers.</summary>
    public static async Task<HttpStatusCode?> Status(Uri url, string? host, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Host = host;
        try
        {
            using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
