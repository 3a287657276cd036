using AutoRest.Config.Tests;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Testing;
using Npgsql;
using Xunit;
using static AutoRest.Config.Tests.SettingTests;

[assembly: AssemblyFixture(typeof(SettingsDatabase))]

namespace AutoRest.Config.Tests;

/// <summary>A throw-away PostgreSQL whose roles carry settings.</summary>
public sealed class SettingsDatabase : IAsyncLifetime
{
    const string Setup = """
        create role authenticator login noinherit;
        create role "Mixed ""Case" login;
        create database other;
        alter role authenticator set pgrst.db_anon_role = 'everywhere';
        alter role authenticator in database postgres set pgrst.db_anon_role = 'here';
        alter role authenticator in database other set pgrst.db_max_rows = '1';
        alter role authenticator set pgrst.db_schemas = 'a, b=c';
        alter role authenticator set pgrst.jwt_aud = '';
        alter role authenticator set pgrst.jwt_cache_max_lifetime = '5';
        alter role authenticator set pgrst.server_port = '1';
        alter role authenticator set app.settings.x = 'y';
        alter role "Mixed ""Case" set pgrst.jwt_aud = 'mixed';
        create schema private;
        grant usage on schema private to authenticator;
        create function private.configure() returns void language sql as
          $$ select set_config('pgrst.db_anon_role', 'function', true), set_config('pgrst.db_tx_end', 'rollback', true), set_config('pgrst.server_port', '2', true) $$;
        create function private."odd "" name.x"() returns text language sql as $$ select set_config('pgrst.jwt_secret', 'odd', true) $$;
        create function private.nothing() returns setof text language sql as $$ select set_config('pgrst.jwt_secret', 'x', true) where false $$;
        create function private.empty() returns void language sql as $$ select set_config('pgrst.db_max_rows', '', true) $$;
        create function private.writes() returns void language sql as $$ create table private.t() $$;
        """;

    PostgresCluster? _cluster;

    public PostgresCluster Cluster
    {
        get
        {
            Required.PostgreSql();
            return _cluster!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        // Skipping is left to the tests, which say why.
        if (PostgresCluster.FindPrograms() is null)
        {
            return;
        }

        _cluster = await PostgresCluster.StartNewAsync();
        foreach (var statement in Setup.Split(";\n"))
        {
            await _cluster.ExecuteAsync(statement);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

/// <summary>contract/configuration.md §6.</summary>
public class DatabaseSettingsTests(SettingsDatabase database)
{
    [Fact]
    public async Task Settings_of_the_role_in_this_database_win_over_those_of_the_role()
    {
        Assert.Equal("db_anon_role=here db_schemas=a, b=c jwt_aud=", await ReadAsync("authenticator", null));
        Assert.Equal("jwt_aud=mixed", await ReadAsync("Mixed \"Case", null));
        Assert.Equal("", await ReadAsync("postgres", null));
    }

    [Fact]
    public async Task A_function_fills_in_what_the_role_does_not_say() =>
        Assert.Equal("db_anon_role=here db_schemas=a, b=c db_tx_end=rollback jwt_aud=", await ReadAsync("authenticator", new("private", "configure")));

    [Fact]
    public async Task A_function_with_an_odd_name_is_called_and_one_without_rows_contributes_nothing()
    {
        Assert.Equal("jwt_secret=odd", await ReadAsync("postgres", new("private", "odd \" name.x")));
        Assert.Equal("", await ReadAsync("postgres", new("private", "nothing")));
    }

    [Fact]
    public async Task What_one_read_set_does_not_stay_in_the_session_for_the_next()
    {
        await using var connection = await ConnectAsync("postgres");

        Assert.Equal("db_anon_role=function db_tx_end=rollback", Text(await Read(connection, new("private", "configure"))));
        Assert.Equal("jwt_secret=odd", Text(await Read(connection, new("private", "odd \" name.x"))));
        Assert.Equal("db_max_rows=", Text(await Read(connection, new("private", "empty"))));
        Assert.Equal("db_max_rows=", Text(await Read(connection, new("private", "empty"))));
        Assert.Equal("", Text(await Read(connection, null)));
    }

    [Fact]
    public async Task A_setting_of_the_database_alone_has_no_effect_but_is_in_the_session_that_calls_the_function()
    {
        await database.Cluster.ExecuteAsync("alter database other set pgrst.openapi_mode = 'disabled'");
        await using var connection = await ConnectAsync("authenticator", "other");

        Assert.Equal("db_anon_role=everywhere db_max_rows=1 db_schemas=a, b=c jwt_aud=", Text(await Read(connection, null)));
        await database.Cluster.ExecuteAsync("create function public.f() returns void language sql as 'select'; grant execute on function public.f() to public", "other");
        Assert.Equal("db_anon_role=everywhere db_max_rows=1 db_schemas=a, b=c jwt_aud= openapi_mode=disabled", Text(await Read(connection, new("", "f"))));
    }

    [Fact]
    public async Task A_failure_is_thrown_and_leaves_the_connection_usable()
    {
        await using var connection = await ConnectAsync("authenticator");

        Assert.Equal("42883", (await Assert.ThrowsAsync<PostgresException>(() => Read(connection, new("private", "no_such_function")))).SqlState);
        Assert.Equal("25006", (await Assert.ThrowsAsync<PostgresException>(() => Read(connection, new("private", "writes")))).SqlState);
        Assert.Equal("3F000", (await Assert.ThrowsAsync<PostgresException>(() => Read(connection, new("no_such_schema", "f")))).SqlState);
        Assert.Equal(3, (await Read(connection, null)).Count);
    }

    [Fact]
    public async Task The_listeners_connection_reaches_a_single_primary()
    {
        await using var source = Source($"postgresql://postgres@127.0.0.1:{database.Cluster.Port}/postgres", readWrite: true);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("select current_setting('application_name')", connection);

        Assert.Equal("AutoRest 1", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_unix_socket_is_reached_by_its_directory()
    {
        await using var source = Source($"postgresql://postgres@{Uri.EscapeDataString(database.Cluster.Folder)}:{database.Cluster.Port}/postgres");
        await using var connection = await source.OpenConnectionAsync();

        Assert.Equal(System.Data.ConnectionState.Open, connection.State);
    }

    async Task<string> ReadAsync(string user, QualifiedIdentifier? function)
    {
        await using var connection = await ConnectAsync(user);
        return Text(await Read(connection, function));
    }

    static Task<IReadOnlyDictionary<string, string>> Read(NpgsqlConnection connection, QualifiedIdentifier? function) =>
        DatabaseSettings.ReadAsync(connection, function, TestContext.Current.CancellationToken);

    static string Text(IReadOnlyDictionary<string, string> settings) =>
        string.Join(' ', settings.Select(s => $"{s.Key.Replace("pgrst.", "")}={s.Value}").Order(StringComparer.Ordinal));

    async Task<NpgsqlConnection> ConnectAsync(string user, string name = "postgres")
    {
        // As little knowledge of types as the server's own connections have.
        var connection = new NpgsqlConnection(
            Source($"postgresql://{Uri.EscapeDataString(user)}@127.0.0.1:{database.Cluster.Port}/{name}").ConnectionString + ";Server Compatibility Mode=NoTypeLoading;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    static NpgsqlDataSource Source(string uri, bool readWrite = false) =>
        new NpgsqlSlimDataSourceBuilder(ConnectionString.Parse(uri, Env(), "AutoRest 1", readWrite).Builder.ConnectionString).Build();
}
