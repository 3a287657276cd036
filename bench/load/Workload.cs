using System.Globalization;
using System.Text;

namespace AutoRest.Load;

/// <summary>A kind of request, repeated with a varying key.</summary>
/// <param name="Name">As given to <c>--workloads</c>.</param>
/// <param name="Target">Path and query; <c>{key}</c> is replaced.</param>
/// <param name="Body">Of the request; null for none.</param>
/// <param name="Keys">The key is drawn from 1 to this number, by the HTTP generator and by pgbench alike.</param>
/// <param name="Status">The only status that counts as an answer.</param>
/// <param name="Rows">Rows the JSON array of an answer must have; null where the answer is not an array.</param>
/// <param name="Prepare">SQL run before each turn of each contestant, so that all of them find the same tables.</param>
sealed record Workload(
    string Name, string Title, string Method, string Target, int Status, int Keys, int? Rows = null, string? Body = null, string? Prefer = null,
    bool WithToken = false, string? Prepare = null)
{
    /// <summary>Keys are drawn before the run: building requests while measuring would take CPU from what is measured.</summary>
    const int Variants = 1024;

    public static readonly Workload[] All =
    [
        new("key", "one row by key", "GET", "/todos?id=eq.{key}", 200, 100_000, 1),
        new("page", "page of 25 rows", "GET", "/todos?id=gte.{key}&order=id.asc&limit=25", 200, 99_000, 25),
        new("rows1000", "1,000 rows", "GET", "/todos?id=gte.{key}&order=id.asc&limit=1000", 200, 99_000, 1000),
        new("embed", "two-level embed, 25 × 100", "GET", "/clients?select=id,name,projects(id,name,budget,active)&id=gte.{key}&order=id.asc&limit=25",
            200, 475, 25),
        new("count", "25 of 1,000 rows, count=exact", "GET", "/todos?priority=eq.{key}&limit=25", 206, 99, 25, Prefer: "count=exact"),
        new("function", "stable scalar function", "GET", "/rpc/add_numbers?a={key}&b=1", 200, 100_000),
        new("insert", "insert, return=minimal", "POST", "/events", 201, 1, Body: Row(1), Prefer: "return=minimal", Prepare: "TRUNCATE api.events"),
        new("update", "update, return=representation", "PATCH", "/todos?id=eq.{key}", 200, 100_000, 1, """{"done":true}""", "return=representation",
            Prepare: "VACUUM api.todos"),
        new("bulk", "bulk insert of 1,000 rows", "POST", "/events", 201, 1, Body: Array(1000), Prefer: "return=minimal",
            Prepare: "TRUNCATE api.events"),
        new("jwt", "one row by key, HS256 token", "GET", "/todos?id=eq.{key}", 200, 100_000, 1, WithToken: true),
    ];

    /// <summary>The bytes of a request with this key.</summary>
    public byte[] Request(int key, string? token)
    {
        var body = Body is null ? [] : Encoding.UTF8.GetBytes(Body);
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{Method} {Target.Replace("{key}", key.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)} HTTP/1.1\r\n")
            .Append("Host: 127.0.0.1\r\nUser-Agent: autorest-load\r\nAccept: application/json\r\n");
        if (token is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Authorization: Bearer {token}\r\n");
        }

        if (Prefer is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Prefer: {Prefer}\r\n");
        }

        if (Body is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        }

        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    /// <summary>The requests a run repeats; the same at every call.</summary>
    public byte[][] Requests(string? token)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Keys == 1 ? 1 : Variants).Select(_ => Request(random.Next(1, Keys + 1), token))];
    }

    static string Row(int i) => string.Create(
        CultureInfo.InvariantCulture, $$$"""{"title":"Event {{{i}}}","done":false,"priority":{{{i % 10}}},"details":{"source":"load"}}""");

    static string Array(int rows) => $"[{string.Join(',', Enumerable.Range(1, rows).Select(Row))}]";
}
