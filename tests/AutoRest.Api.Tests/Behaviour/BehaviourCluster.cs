using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AutoRest.Api.Tests.Behaviour;
using AutoRest.Testing;

[assembly: AssemblyFixture(typeof(BehaviourCluster))]

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>
/// The PostgreSQL of the behaviour tests: not that of the recorded cases, whose fixture makes roles of the same names. Each test class makes a database of
/// its own in it, with a schema <c>api</c>.
/// </summary>
public sealed class BehaviourCluster : IAsyncDisposable
{
    /// <summary>Roles of every test: <c>anon</c> without a token, <c>member</c> and <c>stranger</c> with one.</summary>
    public const string Roles = """
        create role authenticator login noinherit;
        create role anon; create role member; create role stranger;
        grant anon, member, stranger to authenticator;
        """;

    readonly Lazy<Task<PostgresCluster>> _cluster = new(StartAsync);

    public Task<PostgresCluster> GetAsync()
    {
        Required.PostgreSql();
        return _cluster.Value;
    }

    /// <summary>Creates a database and runs SQL in it; everyone may use the schema <c>api</c>.</summary>
    public async Task<PostgresCluster> CreateAsync(string database, string sql)
    {
        var cluster = await GetAsync();
        await CreateAsync(cluster, database, sql);
        return cluster;
    }

    /// <summary>As <see cref="CreateAsync(string, string)"/>, unless the database is there: for classes whose tests share one.</summary>
    public async Task<PostgresCluster> EnsureAsync(string database, string sql)
    {
        var cluster = await GetAsync();
        if (await cluster.QueryAsync($"select 1 from pg_database where datname = '{database}'") == "")
        {
            await CreateAsync(cluster, database, sql);
        }

        return cluster;
    }

    public static async Task CreateAsync(PostgresCluster cluster, string database, string sql)
    {
        await cluster.CreateDatabaseAsync(database);
        await cluster.ExecuteAsync("create schema api; grant usage on schema api to anon, member, stranger;" + sql, database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await _cluster.Value.Result.DisposeAsync();
        }
    }

    static async Task<PostgresCluster> StartAsync()
    {
        var cluster = await PostgresCluster.StartNewAsync();
        await cluster.ExecuteAsync(Roles);
        return cluster;
    }
}

/// <summary>Servers, tokens and requests in one line each.</summary>
static class Api
{
    const string Secret = "a-secret-of-the-behaviour-tests-0123456789";

    /// <summary>A server on schema <c>api</c>; further settings win.</summary>
    public static Task<ServerProcess> StartAsync(string uri, params (string Name, string Value)[] settings) =>
        ServerProcess.StartAsync(uri, Settings(settings));

    public static Dictionary<string, string> Settings(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["PGRST_DB_SCHEMAS"] = "api",
            ["PGRST_DB_ANON_ROLE"] = "anon",
            ["PGRST_JWT_SECRET"] = Secret,
            ["PGRST_DB_POOL"] = "4",
            ["PGRST_LOG_LEVEL"] = "error",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }
        return all;
    }

    public static string Token(string role, string? subject = null)
    {
        var claims = subject is null ? new Dictionary<string, string> { ["role"] = role } : new() { ["role"] = role, ["sub"] = subject };
        var signed = Encode("""{"alg":"HS256","typ":"JWT"}""") + "." + Encode(JsonSerializer.Serialize(claims));
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(signed)));
    }

    public static RawRequest Get(string path) => new("GET", path);

    public static RawRequest Post(string path, string json) => Send("POST", path, json);

    public static RawRequest Patch(string path, string json) => Send("PATCH", path, json);

    public static RawRequest Delete(string path) => new("DELETE", path);

    /// <summary>With a token; null is anonymous.</summary>
    public static RawRequest As(this RawRequest request, string? role, string? subject = null) =>
        role is null ? request : request.WithHeader("Authorization", "Bearer " + Token(role, subject));

    public static RawRequest Prefer(this RawRequest request, string preferences) => request.WithHeader("Prefer", preferences);

    /// <summary>One of several requests on a connection.</summary>
    public static async Task<RawResponse> SendAsync(this RawHttp connection, RawRequest request)
    {
        await connection.WriteAsync(RawHttp.Bytes(request));
        return await connection.ReadAsync(request.Method);
    }

    /// <summary>The member <c>code</c> of an error, or null.</summary>
    public static string? Code(this RawResponse response)
    {
        if (!(response.Header("Content-Type") ?? "").StartsWith("application/json", StringComparison.Ordinal) || response.Body.IsEmpty)
        {
            return null;
        }
        using var document = JsonDocument.Parse(response.Body);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
    }

    /// <summary>Polls until a condition holds, and gives the time it took.</summary>
    public static async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, TimeSpan limit, string what)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < limit, $"{what}: not within {limit.TotalSeconds} s");
            await Task.Delay(20);
        }
        return clock.Elapsed;
    }

    static RawRequest Send(string method, string path, string json) =>
        new RawRequest(method, path).WithHeader("Content-Type", "application/json").WithBody(json);

    static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
