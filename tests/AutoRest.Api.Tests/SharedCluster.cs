using AutoRest.Api.Tests;
using AutoRest.Testing;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace AutoRest.Api.Tests;

/// <summary>The PostgreSQL all API tests share; started by the first test that needs it.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    readonly Lazy<Task<PostgresCluster>> _cluster = new(() => PostgresCluster.StartNewAsync());

    /// <summary>Skips the test where PostgreSQL is not installed. Each test class makes a database of its own in it.</summary>
    public Task<PostgresCluster> GetAsync()
    {
        Required.PostgreSql();
        return _cluster.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await _cluster.Value.Result.DisposeAsync();
        }
    }
}
