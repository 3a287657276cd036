using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace AutoRest.Cli.Tests;

/// <summary>Everything together, with the real server and proxy. <c>Category=Stack</c>: needs a server that serves.</summary>
[Collection("processes")]
[Trait("Category", "Stack")]
public sealed class WholeStackTests(WholeStackTests.Running stack) : IClassFixture<WholeStackTests.Running>
{
    /// <summary>One stack for all of them.</summary>
    public sealed class Running : IAsyncLifetime
    {
        internal Tool Tool { get; } = new();

        internal HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

        internal string Said { get; private set; } = "";

        internal JsonElement Status { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Said = await Tool.Succeed("up", "--detach");
            Status = await Tool.Status();
        }

        public ValueTask DisposeAsync()
        {
            Client.Dispose();
            return Tool.DisposeAsync();
        }

        // Through the proxy, with the name a browser would send; names under .localhost may be unknown to the resolver.
        internal async Task<(HttpStatusCode Status, string Body)> Send(HttpMethod method, string path, string? token = null, string? body = null)
        {
            var api = new Uri(Status.GetProperty("apiUrl").GetString()!);
            using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{api.Port}{path}");
            request.Headers.Host = api.Authority;
            request.Headers.Add("Prefer", "return=representation");
            if (token is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            if (body is not null)
            {
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            }

            using var response = await Client.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    string PrintedToken => stack.Said.Split('\n').Single(line => line.StartsWith("  TOKEN=", StringComparison.Ordinal))[8..].Trim();

    [Fact]
    public void All_components_are_healthy_in_starting_order()
    {
        Assert.True(stack.Status.GetProperty("healthy").GetBoolean());
        var names = stack.Status.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("name").GetString()).ToList();
        Assert.Equal(["postgres", "server", "proxy"], names.Where(name => name != "pgbouncer"));
    }

    [Fact]
    public async Task Server_tells_what_the_pooler_counts()
    {
        var components = stack.Status.GetProperty("components").EnumerateArray().ToDictionary(component => component.GetProperty("name").GetString()!);
        Assert.SkipUnless(components.ContainsKey("pgbouncer"), "PgBouncer is not installed");
        var admin = new Uri(stack.Status.GetProperty("adminUrl").GetString()!);

        var page = await stack.Client.GetStringAsync(new Uri(admin, "/metrics"));

        Assert.Contains("\nautorest_pooler_up 1\n", page, StringComparison.Ordinal);
        Assert.Contains("\nautorest_pooler_clients_waiting{database=\"autorest\"} 0\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Up_prints_urls_a_token_and_three_requests()
    {
        Assert.Contains($"  API       {stack.Status.GetProperty("apiUrl").GetString()}\n", stack.Said, StringComparison.Ordinal);
        Assert.Equal(3, PrintedToken.Split('.').Length);
        Assert.Equal(3, stack.Said.Split('\n').Count(line => line.StartsWith("  curl ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Anybody_reads_the_demo_row_by_its_fixed_key()
    {
        var (status, body) = await stack.Send(HttpMethod.Get, "/todos?id=eq.11111111-1111-4111-8111-111111111111&select=task,done");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""[{"task":"Read the README","done":true}]""", body);
    }

    [Fact]
    public async Task Nobody_writes_without_a_token()
    {
        var (status, _) = await stack.Send(HttpMethod.Post, "/todos", body: """{"task":"x","owner":"alice"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    [Fact]
    public async Task Printed_token_creates_a_row_that_belongs_to_its_subject()
    {
        var (status, body) = await stack.Send(HttpMethod.Post, "/todos", PrintedToken, """{"task":"mine"}""");

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("alice", JsonDocument.Parse(body).RootElement[0].GetProperty("owner").GetString());
    }

    [Fact]
    public async Task Another_subject_changes_nothing_of_alices()
    {
        var token = (await stack.Tool.Succeed("token", "--sub", "mallory")).Trim();

        var (status, body) = await stack.Send(HttpMethod.Patch, "/todos?id=eq.22222222-2222-4222-8222-222222222222", token, """{"task":"stolen"}""");

        Assert.Equal((HttpStatusCode.OK, "[]"), (status, body));
    }

    [Fact]
    public async Task Types_are_those_of_the_running_database_when_none_is_named()
    {
        var types = await stack.Tool.Succeed("types", "--lang", "typescript");

        Assert.Contains("type DefaultSchema = Schemas[\"api\"]", types, StringComparison.Ordinal);
        Assert.Contains("      todos: {\n        Row: {\n", types, StringComparison.Ordinal);
        Assert.EndsWith("} as const\n", types, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_table_is_served_without_a_restart()
    {
        await using (var connection = await stack.Tool.Connect("postgres", "postgres", stack.Tool.Secrets.PostgresPassword))
        {
            await Tool.Scalar(connection, "CREATE TABLE api.notes (id int PRIMARY KEY); GRANT SELECT ON api.notes TO api_anon; INSERT INTO api.notes VALUES (7)");
        }

        var (status, body) = (HttpStatusCode.NotFound, "");
        for (var i = 0; i < 100 && status != HttpStatusCode.OK; i++)
        {
            await Task.Delay(100);
            (status, body) = await stack.Send(HttpMethod.Get, "/notes");
        }

        Assert.Equal((HttpStatusCode.OK, """[{"id":7}]"""), (status, body));
    }

    [Fact]
    public async Task Other_host_names_are_404()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{new Uri(stack.Status.GetProperty("apiUrl").GetString()!).Port}/todos");
        request.Headers.Host = "elsewhere.localhost";

        using var response = await stack.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("PROXY404", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
