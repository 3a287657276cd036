using AutoRest.Server.Execution;

namespace AutoRest.Server.Admin;

/// <summary>Health on its own port, without authentication. contract/operations.md §7.</summary>
public sealed class AdminEndpoints(AppState state, Func<bool> isLive, Func<CancellationToken, Task<bool>> isConnected)
{
    static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(2);

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.StatusCode = http.Request.Path.Value switch
        {
            "/live" => isLive() ? 200 : 500,
            "/ready" => await ReadyAsync(http.RequestAborted),
            _ => 404,
        };
        http.Response.ContentLength = 0;
    }

    async Task<int> ReadyAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ReadyTimeout);
        return state.IsPending || !await isConnected(timeout.Token) ? 503 : isLive() ? 200 : 500;
    }

    /// <summary>A round trip through the pool: whether requests can be served when no listener tells.</summary>
    public static async Task<bool> CanConnectAsync(Database database, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await using var command = new Npgsql.NpgsqlCommand("SELECT 1", connection);
            return await command.ExecuteScalarAsync(cancellationToken) is 1;
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }
}
