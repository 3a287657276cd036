using System.Collections.Immutable;
using AutoRest.Introspection.Tests;
using AutoRest.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(Database))]

namespace AutoRest.Introspection.Tests;

/// <summary>A throw-away PostgreSQL with two databases: the recorded cases' fixture, and shapes it lacks.</summary>
public sealed class Database : IAsyncLifetime
{
    readonly Dictionary<string, NpgsqlDataSource> _dataSources = [];
    PostgresCluster? _cluster;
    SchemaCache? _fixture;
    SchemaCache? _shapes;

    public SchemaCache Fixture => Present(_fixture);

    public SchemaCache Shapes => Present(_shapes);

    public async ValueTask InitializeAsync()
    {
        // Skipping is left to the tests, which say why.
        if (PostgresCluster.FindPrograms() is not null)
        {
            _cluster = await PostgresCluster.StartNewAsync();
            _fixture = await LoadAsync("fixture", Repository.File("tests", "fixtures", "fixture.sql"), ["api", "tenant"], ["public"]);
            _shapes = await LoadAsync("shapes", Repository.File("tests", "AutoRest.Introspection.Tests", "shapes.sql"), ["shop", "depot"], ["extra"]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _dataSources.Values)
        {
            await source.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    /// <summary>A new connection of the authenticator that knows as little of types as the server's own.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        Required.PostgreSql();
        return await _dataSources[database].OpenConnectionAsync();
    }

    async Task<SchemaCache> LoadAsync(string database, string file, ImmutableArray<string> schemas, ImmutableArray<string> extraSearchPath)
    {
        await _cluster!.CreateDatabaseAsync(database, file);
        var builder = new NpgsqlSlimDataSourceBuilder(
            _cluster.ConnectionString(database, "authenticator") + ";Server Compatibility Mode=NoTypeLoading");
        _dataSources.Add(database, builder.Build());
        await using var connection = await ConnectAsync(database);
        return SchemaCacheBuilder.Build(await CatalogReader.ReadAsync(connection, schemas, extraSearchPath, CancellationToken.None));
    }

    static SchemaCache Present(SchemaCache? cache)
    {
        Required.PostgreSql();
        return cache!;
    }
}
