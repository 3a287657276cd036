using AutoRest.Server.Errors;
using AutoRest.Server.Execution;

namespace AutoRest.Server.Admin;

/// <summary>Health, metrics and the schema cache on their own port, without authentication. contract/operations.md §7.</summary>
/// <param name="isLive">The API socket is open and can be reached.</param>
/// <param name="isConnected">The database can be asked: the listener is on, or a query succeeds.</param>
public sealed class AdminEndpoints(AppState state, MetricsPage metrics, Func<bool> isLive, Func<CancellationToken, Task<bool>> isConnected)
{
    static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(2);

    public Task HandleAsync(HttpContext http)
    {
        if (state.Current.Snapshot.Config.ServerHeader is { } server)
        {
            http.Response.Headers.Server = server;
        }

        return http.Request.Path.Value switch
        {
            "/live" => EndAsync(http, isLive() ? 200 : 500),
            "/ready" => ReadyAsync(http),
            "/metrics" => MetricsAsync(http),
            "/schema_cache" => WriteAsync(http, null, state.Current.Snapshot.Schema is { } schema ? SchemaCacheJson.Write(schema) : default),
            _ => EndAsync(http, 404),
        };
    }

    async Task MetricsAsync(HttpContext http) =>
        await WriteAsync(http, "text/plain; charset=utf-8", await metrics.WriteAsync(http.RequestAborted));

    async Task ReadyAsync(HttpContext http)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        timeout.CancelAfter(ReadyTimeout);
        var isReady = !state.IsPending && await isConnected(timeout.Token);
        await EndAsync(http, !isReady ? 503 : isLive() ? 200 : 500);
    }

    static Task EndAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    static async Task WriteAsync(HttpContext http, string? contentType, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        if (http.Request.Method != "HEAD")
        {
            await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
        }
    }

    /// <summary>A round trip through the pool: whether requests can be served when no listener tells.</summary>
    public static async Task<bool> CanConnectAsync(Database database, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenAsync(default, cancellationToken);
            await using var command = new Npgsql.NpgsqlCommand("SELECT 1", connection);
            return await command.ExecuteScalarAsync(cancellationToken) is 1;
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or ApiException or OperationCanceledException or TimeoutException or IOException)
        {
            return false;
        }
    }
}
