using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary><c>application/geo+json</c>, which PostGIS makes. contract/representations.md §3.3.</summary>
public sealed class GeoJsonTests(BehaviourCluster shared)
{
    const string Accept = "application/geo+json";

    const string Schema = """
        create extension postgis schema public;
        create table api.regions (id int primary key, name text);
        create table api.places (id int primary key, name text, region int references api.regions, at public.geometry(Point, 4326));
        insert into api.regions values (1, 'north');
        insert into api.places values (1, 'home', 1, 'SRID=4326;POINT(1 2)'), (2, 'work', null, 'SRID=4326;POINT(3.5 -4)'), (3, 'nowhere', 1, null);
        create function api.near(x float) returns setof api.places language sql stable as $$ select * from api.places where public.st_x(at) < x $$;
        grant select, insert on all tables in schema api to anon;
        """;

    [Theory]
    [InlineData("/places?id=eq.1",
        """[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"id":1,"name":"home","region":1}}]""")]
    [InlineData("/places?select=name,at&order=id.desc&offset=1",
        """
        [{"type":"Feature","geometry":{"type":"Point","coordinates":[3.5,-4]},"properties":{"name":"work"}},
         {"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"name":"home"}}]
        """)]
    [InlineData("/places?select=at,regions(name)&id=eq.1",
        """[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"regions":{"name":"north"}}}]""")]
    [InlineData("/rpc/near?x=2&select=id,at", """[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"id":1}}]""")]
    [InlineData("/places?id=eq.9", "[]")]
    public async Task Rows_are_features_of_a_collection(string path, string features)
    {
        await using var server = await StartAsync();
        var answer = await server.SendAsync(Api.Get(path).WithHeader("Accept", Accept));
        Assert.True(answer.Status == 200, $"{answer.Status} {answer.Text}");
        Assert.Equal(Accept + "; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(Canonical($$"""{"type":"FeatureCollection","features":{{features}}}"""), Canonical(answer.Text));
    }

    [Fact]
    public async Task Counts_ranges_and_inserted_rows_are_given_as_for_JSON()
    {
        await using var server = await StartAsync();
        var page = await server.SendAsync(Api.Get("/places?order=id&limit=2&id=lt.4").WithHeader("Accept", Accept).Prefer("count=exact"));
        Assert.Equal((206, "0-1/3"), (page.Status, page.Header("Content-Range")));
        var inserted = await server.SendAsync(
            Api.Post("/places?select=id,at", """{"id":10,"at":{"type":"Point","coordinates":[7,8]}}""").WithHeader("Accept", Accept).Prefer("return=representation,tx=rollback"));
        Assert.True(inserted.Status == 201, $"{inserted.Status} {inserted.Text}");
        Assert.Contains("\"coordinates\":[7,8]", inserted.Text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Geometries_in_JSON_are_GeoJSON()
    {
        await using var server = await StartAsync();
        var answer = await server.SendAsync(Api.Get("/places?select=at&id=eq.1"));
        Assert.Equal(Canonical("""[{"at":{"type":"Point","coordinates":[1,2]}}]"""), Canonical(Uncrs(answer.Text)));
    }

    /// <summary>PostGIS adds the reference system in some versions.</summary>
    static string Uncrs(string json) => System.Text.RegularExpressions.Regex.Replace(json, """\s*"crs":\{.*?\}\},""", "");

    static string Canonical(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);

    async Task<ServerProcess> StartAsync()
    {
        var available = await (await shared.GetAsync()).QueryAsync("select 1 from pg_available_extensions where name = 'postgis'");
        Required.That(available == "1", "PostGIS is not installed (Debian: postgresql-15-postgis-3)");
        var cluster = await shared.EnsureAsync("geography", Schema);
        return await Api.StartAsync(cluster.Uri("geography"), ("PGRST_DB_TX_END", "commit-allow-override"));
    }
}
