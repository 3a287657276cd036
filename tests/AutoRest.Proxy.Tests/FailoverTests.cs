using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoRest.Testing;
using Microsoft.AspNetCore.Http;

namespace AutoRest.Proxy.Tests;

public class FailoverTests
{
    static string Nobody => $"http://127.0.0.1:{RunningProxy.FreePort()}";

    // Not api.localhost: that row of appsettings.json has a health check.
    static string[] Row(string host, params string[] addresses) => [.. addresses.Select((address, i) => $"--Hosts:{host}:Destinations:{i}={address}")];

    static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Request_whose_connection_is_refused_goes_to_the_others(string method)
    {
        await using var api = await Backend.Start("api");
        // No health check and no pause: only the refusals tell, each time, that two of the three are down.
        await using var proxy = await RunningProxy.Start([.. Row("roll.localhost", Nobody, api.Address, Nobody), "--Hosts:roll.localhost:Pause=00:00:00"]);

        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await proxy.Send("roll.localhost", method: new HttpMethod(method))).Response.StatusCode);
        }

        Assert.Equal(30, api.Requests);
    }

    [Fact]
    public async Task Body_of_a_request_whose_connection_is_refused_reaches_the_other_server_whole()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var api = await Backend.Start("api", async context => bodies.Enqueue(await new StreamReader(context.Request.Body).ReadToEndAsync()));
        await using var proxy = await RunningProxy.Start([.. Row("roll.localhost", Nobody, api.Address, Nobody), "--Hosts:roll.localhost:Pause=00:00:00"]);
        var sent = Enumerable.Range(0, 30).Select(static i => $"{{\"id\":{i},\"text\":\"{new string('x', i * 1000)}\"}}").ToList();

        foreach (var body in sent)
        {
            Assert.Equal(HttpStatusCode.OK, await proxy.PostJson("roll.localhost", "/things", body));
        }

        Assert.Equal(sent, bodies);
    }

    [Fact]
    public async Task Server_that_refuses_a_connection_is_left_out()
    {
        var nobody = Nobody;
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start([.. Row("roll.localhost", nobody, api.Address), "--Hosts:roll.localhost:Pause=01:00:00"]);
        // Two random choices of two servers are both of them: one is certain to have been tried.
        for (var i = 0; i < 20; i++)
        {
            await proxy.Send("roll.localhost", method: HttpMethod.Post);
        }

        await using var back = await Backend.Start("back", port: new Uri(nobody).Port);
        for (var i = 0; i < 20; i++)
        {
            await proxy.Send("roll.localhost", method: HttpMethod.Post);
        }

        Assert.Equal((0, 40), (back.Requests, api.Requests));
    }

    [Fact]
    public async Task Server_is_asked_again_after_its_pause()
    {
        await using var api = await Backend.Start("api");
        var port = RunningProxy.FreePort();
        await using var proxy = await RunningProxy.Start([.. Row("roll.localhost", $"http://127.0.0.1:{port}", api.Address), "--Hosts:roll.localhost:Pause=00:00:00.200"]);
        // Two random choices of two servers are both of them: one is certain to have been tried.
        for (var i = 0; i < 20; i++)
        {
            await proxy.Send("roll.localhost");
        }

        await using var back = await Backend.Start("back", port: port);

        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (back.Requests == 0 && DateTime.UtcNow < deadline)
        {
            await proxy.Send("roll.localhost");
        }

        Assert.True(back.Requests > 0);
    }

    [Fact]
    public async Task Read_whose_connection_breaks_before_the_answer_is_sent_once_more()
    {
        await using var broken = await Backend.Start("broken", Break);
        await using var good = await Backend.Start("good");
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", broken, good));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await proxy.Send("api.localhost")).Response.StatusCode);
        }

        Assert.Equal(20, good.Requests);
    }

    [Fact]
    public async Task Read_that_breaks_every_server_reaches_two_of_them_only()
    {
        await using var one = await Backend.Start("one", Break);
        await using var two = await Backend.Start("two", Break);
        await using var three = await Backend.Start("three", Break);
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", one, two, three));

        Assert.Equal(HttpStatusCode.BadGateway, (await proxy.Send("api.localhost")).Response.StatusCode);

        Assert.Equal(2, one.Requests + two.Requests + three.Requests);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Write_whose_connection_breaks_after_it_was_sent_is_not_sent_again(string method)
    {
        await using var one = await Backend.Start("one", Break);
        await using var two = await Backend.Start("two", Break);
        await using var proxy = await RunningProxy.Start(RunningProxy.Row("api.localhost", one, two));

        var (response, body) = await proxy.Send("api.localhost", method: new HttpMethod(method));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("PROXY502", body, StringComparison.Ordinal);
        Assert.Equal(1, one.Requests + two.Requests);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Write_without_body_on_a_kept_connection_that_ends_is_not_sent_again_either(string method)
    {
        // Answers the first request on a connection and ends the connection at the second: what the client of .NET takes for an idle connection that was closed.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var seen = new ConcurrentQueue<string>();
        var serving = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var buffer = new byte[8192];
                for (var first = true; ; first = false)
                {
                    var read = await stream.ReadAsync(buffer);
                    if (read == 0)
                    {
                        break;
                    }

                    seen.Enqueue(Encoding.ASCII.GetString(buffer, 0, read).Split(' ')[0]);
                    if (!first)
                    {
                        break;
                    }

                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                }
            }
        });
        await using var proxy = await RunningProxy.Start(Row("roll.localhost", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));

        Assert.Equal(HttpStatusCode.OK, (await proxy.Send("roll.localhost")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.BadGateway, (await proxy.Send("roll.localhost", method: new HttpMethod(method))).Response.StatusCode);

        Assert.Equal(["GET", method], seen);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
    }

    [Fact]
    public async Task Answer_that_breaks_off_does_not_pause_its_server()
    {
        using var headRead = new SemaphoreSlim(0);
        await using var api = await Backend.Start("api", async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await headRead.WaitAsync(context.RequestAborted);
            context.Abort();
        });
        await using var proxy = await RunningProxy.Start([.. Row("roll.localhost", api.Address, Nobody), "--Hosts:roll.localhost:Pause=01:00:00"]);

        for (var i = 0; i < 10; i++)
        {
            using var response = await proxy.Open("roll.localhost");
            headRead.Release();
            await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
        }

        Assert.Equal(10, api.Requests);
    }

    [Fact]
    public async Task Killed_server_of_three_costs_no_read_and_few_writes()
    {
        Required.PostgreSql();
        await using var cluster = await PostgresCluster.StartNewAsync();
        await cluster.ExecuteAsync("""
            create role authenticator login noinherit;
            create role web_anon nologin;
            grant web_anon to authenticator;
            create schema api;
            create table api.things (id int primary key);
            grant usage on schema api to web_anon;
            grant select, insert on api.things to web_anon;
            """);
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServerProcess.StartAsync(cluster.Uri("postgres"), new Dictionary<string, string>
        {
            ["PGRST_DB_SCHEMAS"] = "api",
            ["PGRST_DB_ANON_ROLE"] = "web_anon",
            ["PGRST_DB_POOL"] = "4",
        })));
        try
        {
            // The pause only: the test shows what happens before any probe.
            await using var proxy = await RunningProxy.Start(
                [.. Row("roll.localhost", [.. servers.Select(server => server.Address.ToString())]), "--Hosts:roll.localhost:Pause=01:00:00"]);
            const int readers = 4, writers = 4;
            using var end = new CancellationTokenSource();
            var failedReads = new ConcurrentQueue<HttpStatusCode>();
            var written = new ConcurrentQueue<int>();
            var failedWrites = new ConcurrentQueue<(int Id, HttpStatusCode Status)>();
            int reads = 0, id = 0;
            var work = Enumerable.Range(0, readers).Select(_ => Task.Run(async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    var status = (await proxy.Send("roll.localhost", "/things?limit=1")).Response.StatusCode;
                    Interlocked.Increment(ref reads);
                    if (status != HttpStatusCode.OK)
                    {
                        failedReads.Enqueue(status);
                    }
                }
            })).Concat(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    var mine = Interlocked.Increment(ref id);
                    var status = await proxy.PostJson("roll.localhost", "/things", $"{{\"id\":{mine}}}");
                    if (status == HttpStatusCode.Created)
                    {
                        written.Enqueue(mine);
                    }
                    else
                    {
                        failedWrites.Enqueue((mine, status));
                    }
                }
            }))).ToList();
            await Until(() => reads > 100 && written.Count > 100);

            servers[1].Signal(UnixSignal.Kill);
            int readsThen = reads, writesThen = written.Count;
            await Until(() => reads > readsThen + 300 && written.Count > writesThen + 300);
            await end.CancelAsync();
            await Task.WhenAll(work);

            Assert.Empty(failedReads);
            // Of the connections the proxy had to the server each breaks one request at most; those refused go elsewhere.
            Assert.True(failedWrites.Count <= readers + writers, $"{failedWrites.Count} writes failed");
            // A conflict would tell that a write was done twice.
            Assert.All(failedWrites, failure => Assert.Equal(HttpStatusCode.BadGateway, failure.Status));
            var stored = (await cluster.QueryAsync("select id from api.things")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToHashSet();
            Assert.Empty(written.Except(stored));
            Assert.Empty(stored.Except(written).Except(failedWrites.Select(failure => failure.Id)));
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    static async Task Until(Func<bool> reached)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (!reached())
        {
            Assert.True(DateTime.UtcNow < deadline, "the load does not get on");
            await Task.Delay(20);
        }
    }
}
