using System.Collections.Frozen;
using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Requests;
using Microsoft.AspNetCore.Http;

namespace AutoRest.Benchmarks;

/// <summary>A small database made of catalog rows, and requests for it.</summary>
static class Samples
{
    public static readonly AppConfig Config = new()
    {
        DbSchemas = ["api"],
        DbAnonRole = "web_anon",
        JwtSecret = Encoding.UTF8.GetBytes("a secret of the benchmarks, long enough for HS256"),
    };

    public static readonly SchemaCache Cache = SchemaCacheBuilder.Build(Facts());

    public static readonly Snapshot Snapshot = new(Config, Cache, FrozenDictionary<string, RoleSettings>.Empty, 150_000);

    public const string AnonymousClaims = """{"role":"web_anon"}""";

    /// <summary>The example of the design and the requests of the load runs, by name.</summary>
    public static (RequestHead Head, byte[] Body) Request(string name) => name switch
    {
        "example" => (Get("/todos", "id=eq.1&select=id,owner(name)"), []),
        "key" => (Get("/todos", "id=eq.77000"), []),
        "page" => (Get("/todos", "id=gte.77000&order=id.asc&limit=25"), []),
        "embed" => (Get("/people", "select=id,name,todos(id,title,done,priority)&id=gte.365&order=id.asc&limit=25"), []),
        "browser" => (Get("/todos", "id=eq.77000", browser: true), []),
        "insert" => (
            new RequestHead("POST", "/todos", "", Headers(("Content-Type", "application/json"), ("Prefer", "return=minimal"), ("Content-Length", "74"))),
            """{"title":"Event 1","done":false,"priority":1,"details":{"source":"load"}}"""u8.ToArray()),
        _ => throw new ArgumentException("no such request", nameof(name)),
    };

    static RequestHead Get(string path, string query, bool browser = false) => new("GET", path, query, browser
        ? Headers(
            ("Connection", "keep-alive"), ("sec-ch-ua", "\"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\""), ("sec-ch-ua-mobile", "?0"),
            ("sec-ch-ua-platform", "\"Linux\""), ("Origin", "https://app.example.org"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Dest", "empty"), ("Referer", "https://app.example.org/"), ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Accept-Language", "en-GB,en;q=0.9"), ("X-Client-Info", "supabase-js-web/2.57.0"))
        : Headers());

    static HeaderDictionary Headers(params (string Name, string Value)[] more)
    {
        var headers = new HeaderDictionary { ["Host"] = "127.0.0.1:3000", ["User-Agent"] = "autorest-load", ["Accept"] = "application/json" };
        foreach (var (name, value) in more)
        {
            headers[name] = value;
        }

        return headers;
    }

    static CatalogFacts Facts()
    {
        const long People = 1;
        const long Todos = 2;
        ColumnTypeRow[] types = [Type(23, "integer", "int4"), Type(25, "text", "text"), Type(16, "boolean", "bool"),
            Type(1184, "timestamp with time zone", "timestamptz"), Type(3802, "jsonb", "jsonb")];
        return CatalogFacts.Empty with
        {
            ServerVersion = 150_000,
            Schemas = [new ExposedSchema("api", null)],
            Relations =
            [
                new RelationRow(People, new QualifiedIdentifier("api", "people"), 'r', null, 28, false),
                new RelationRow(Todos, new QualifiedIdentifier("api", "todos"), 'r', null, 28, false),
            ],
            Columns =
            [
                Column(People, 1, "id", 23), Column(People, 2, "name", 25),
                Column(Todos, 1, "id", 23), Column(Todos, 2, "title", 25), Column(Todos, 3, "done", 16), Column(Todos, 4, "created_at", 1184),
                Column(Todos, 5, "priority", 23), Column(Todos, 6, "details", 3802), Column(Todos, 7, "owner", 23),
            ],
            ColumnTypes = [.. types],
            Keys = [new KeyRow(People, "people_pkey", true, [1]), new KeyRow(Todos, "todos_pkey", true, [1])],
            ForeignKeys = [new ForeignKeyRow(Todos, People, "todos_owner_fkey", [7], [1])],
        };

        static ColumnTypeRow Type(long id, string name, string wire) => new(id, -1, id, name, name, wire, null, false, null);
        static ColumnRow Column(long relation, int number, string name, long type) => new(relation, number, name, null, true, type, -1, '\0', false, null);
    }
}
