using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class StartAndStopTests(OperationCluster shared)
{
    [Fact]
    public async Task The_log_names_the_real_port()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), false, ("PGRST_SERVER_PORT", "0"));
        await server.UntilLoggedAsync("API server listening on 127.0.0.1:");
        var text = server.Process.Output.Split("API server listening on 127.0.0.1:")[1].Split('\n')[0];
        var port = int.Parse(text, CultureInfo.InvariantCulture);
        Assert.Equal(200, (await RawHttp.SendAsync(port, new("GET", "/items?limit=1"))).Status);
        Assert.Contains($"Admin server listening on 127.0.0.1:{server.AdminPort}", server.Process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("!4", "0.0.0.0")]
    [InlineData("*", "[::]")]
    [InlineData("!6", "[::]")]
    [InlineData("localhost", "127.0.0.1", "[::1]")]
    public async Task An_address_may_be_a_word(string host, params string[] expected)
    {
        Required.That(Socket.OSSupportsIPv6, "IPv6 is switched off");
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), false, ("PGRST_SERVER_HOST", host), ("PGRST_ADMIN_SERVER_HOST", "127.0.0.1"));
        await server.UntilLoggedAsync("API server listening on ");
        Assert.Contains(expected, address => server.Process.Output.Contains($"API server listening on {address}:{server.Process.Port}", StringComparison.Ordinal));
        var takesIpv4 = await Succeeds(IPAddress.Loopback, server.Process.Port);
        Assert.Equal(host != "!6" && (host != "localhost" || takesIpv4), takesIpv4);
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence_and_exit_code_1()
    {
        var cluster = await shared.GetAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var settings = new Dictionary<string, string>
        {
            ["PGRST_DB_URI"] = cluster.Uri(OperationCluster.Database),
            ["PGRST_SERVER_HOST"] = "127.0.0.1",
            ["PGRST_SERVER_PORT"] = port,
        };
        var result = await ServerProcess.RunAsync([], settings);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            $"Cannot listen on 127.0.0.1:{port}: address already in use. Stop the process that uses it, or change server-port.\n", result.Error, StringComparison.Ordinal);

        settings["PGRST_SERVER_PORT"] = "0";
        settings["PGRST_ADMIN_SERVER_PORT"] = port;
        result = await ServerProcess.RunAsync([], settings);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("change admin-server-port.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unix_socket_has_its_mode_and_the_server_is_not_live_without_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file modes");
        var folder = Directory.CreateTempSubdirectory("ar-");
        var path = Path.Combine(folder.FullName, "api");
        await File.WriteAllTextAsync(path, "left behind");
        await using var server = await OperatedServer.StartAsync(
            await shared.GetAsync(), false, ("PGRST_SERVER_UNIX_SOCKET", path), ("PGRST_SERVER_UNIX_SOCKET_MODE", "777"));
        await server.UntilLoggedAsync($"API server listening on {path}");
        Assert.Equal("srwxrwxrwx", (await Command.RunAsync("stat", ["-c", "%A", path])).Trim());
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("http://localhost/items?limit=1"))).StatusCode);

        await server.UntilAsync(async () => await server.AdminStatusAsync("/live") == 200, "/live");
        File.Delete(path);
        Assert.Equal(500, await server.AdminStatusAsync("/live"));

        // What is there now belongs to a successor.
        await File.WriteAllTextAsync(path, "");
        Assert.Equal(0, await server.Process.StopAsync());
        Assert.True(File.Exists(path));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Requests_under_way_are_answered_after_SIGTERM_and_new_connections_refused()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync());
        var slow = server.GetAsync("/rpc/slow?seconds=2");
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_pool_in_use") == 1, "the request");
        server.Process.Signal(UnixSignal.Terminate);
        await server.UntilAsync(async () => !await Succeeds(IPAddress.Loopback, server.Process.Port), "the closed port", 2);
        Assert.False(slow.IsCompleted);
        var answer = await slow;
        Assert.Equal((200, "close"), (answer.Status, answer.Header("Connection")));
        Assert.Equal(0, await server.Process.StopAsync());
        Assert.Contains("Received termination unix signal SIGTERM", server.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_shares_the_port_takes_over_without_a_lost_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SO_REUSEPORT differs elsewhere");
        var cluster = await shared.GetAsync();
        var port = Ports.Free();
        (string, string)[] settings = [("PGRST_SERVER_PORT", port.ToString(CultureInfo.InvariantCulture)), ("PGRST_SERVER_REUSEPORT", "true")];
        await using var first = await OperatedServer.StartAsync(cluster, false, settings);
        await first.UntilAsync(async () => await first.AdminStatusAsync("/ready") == 200, "/ready");
        using var client = await RawHttp.ConnectAsync(port);
        await using var second = await OperatedServer.StartAsync(cluster, false, settings);
        await second.UntilAsync(async () => await second.AdminStatusAsync("/ready") == 200, "/ready");
        Assert.Equal(0, await first.Process.StopAsync());
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await RawHttp.SendAsync(port, new("GET", "/items?limit=1"))).Status);
        }
    }

    [Fact]
    public async Task Clients_that_ask_all_the_while_are_handed_over_without_an_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SO_REUSEPORT differs elsewhere");
        var cluster = await shared.GetAsync();
        var port = Ports.Free();
        (string, string)[] settings = [("PGRST_SERVER_PORT", port.ToString(CultureInfo.InvariantCulture)), ("PGRST_SERVER_REUSEPORT", "true")];
        var old = await OperatedServer.StartAsync(cluster, false, settings);
        await old.UntilAsync(async () => await old.AdminStatusAsync("/ready") == 200, "/ready");

        // Some keep their connections, some make a new one for each request.
        await using var keeping = LoopingClients.Start(port, 4, static i => new("GET", $"/items?id=eq.{i}"));
        await using var closing = LoopingClients.Start(port, 4, static i => new RawRequest("GET", $"/items?id=eq.{i}").WithHeader("Connection", "close"));
        for (var i = 0; i < 3; i++)
        {
            var successor = await OperatedServer.StartAsync(cluster, false, settings);
            await successor.UntilAsync(async () => await successor.AdminStatusAsync("/ready") == 200, "/ready");
            await keeping.MoreAsync(50);
            var told = keeping.Closed;
            Assert.Equal(0, await old.Process.StopAsync());
            await old.DisposeAsync();
            await keeping.MoreAsync(50);
            await closing.MoreAsync(50);

            // All four, and one again whose next connection was under way when the socket stopped taking them.
            Assert.InRange(keeping.Closed - told, 1, 8);
            old = successor;
        }

        await using (old)
        {
            Assert.Empty(await keeping.EndAsync());
            Assert.Empty(await closing.EndAsync());
        }
    }

    [Fact]
    public async Task For_the_delay_of_the_shutdown_everything_is_served_and_nobody_is_sent_here()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("AUTOREST_SHUTDOWN_DELAY", "2"));
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 200, "/ready");
        Assert.Null((await server.GetAsync("/items?limit=1")).Header("Connection"));
        server.Process.Signal(UnixSignal.Terminate);
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 503, "/ready 503", 1);
        var answer = await server.GetAsync("/items?limit=1");
        Assert.Equal((200, "close"), (answer.Status, answer.Header("Connection")));
        Assert.Equal(200, await server.AdminStatusAsync("/live"));
        Assert.Equal(0, await server.Process.StopAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_that_takes_longer_than_the_shutdown_may_is_cut_off(bool bySignal)
    {
        await using var server = await OperatedServer.StartAsync(
            await shared.GetAsync(), true, ("AUTOREST_SHUTDOWN_TIMEOUT", bySignal ? "0" : "2"));

        // More than the sockets take: the response waits for a reader that never comes.
        using var stream = await RawHttp.ConnectAsync(server.Process.Port);
        await stream.WriteAsync(RawHttp.Bytes(new("GET", "/plenty")));
        var slow = server.GetAsync("/rpc/slow?seconds=30");
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_pool_in_use") == 2, "the requests");
        await server.UntilAsync(async () => await server.MetricAsync("autorest_responses_streaming") == 1, "the stream");
        server.Process.Signal(UnixSignal.Terminate);
        await server.UntilLoggedAsync("Received termination unix signal SIGTERM");

        // Whoever sends the same signal twice at once, such as a terminal and a supervisor, means it once.
        server.Process.Signal(UnixSignal.Terminate);
        await Task.Delay(1200);
        Assert.False(server.Process.HasExited);
        Assert.False(slow.IsCompleted);
        if (bySignal)
        {
            server.Process.Signal(UnixSignal.Interrupt);
            await server.UntilLoggedAsync("Received SIGINT again: requests under way are cut off");
        }

        await server.UntilAsync(() => Task.FromResult(server.Process.HasExited), "the end", 6);
        Assert.Equal(0, server.Process.ExitCode);
        await Assert.ThrowsAsync<IOException>(() => slow);
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync("GET"));
    }

    [Fact]
    public async Task A_process_that_shares_the_port_opens_it_only_with_a_schema_cache()
    {
        var cluster = await shared.GetAsync();
        await using var server = await OperatedServer.StartAsync(
            cluster, false, ("PGRST_SERVER_REUSEPORT", "true"), ("PGRST_DB_URI", $"postgresql://u@127.0.0.1:{Ports.Free()}/d"));
        await server.UntilLoggedAsync("Attempting to reconnect");
        await Task.Delay(300);
        Assert.DoesNotContain("API server listening", server.Process.Output, StringComparison.Ordinal);
        Assert.Equal((500, 503), (await server.AdminStatusAsync("/live"), await server.AdminStatusAsync("/ready")));
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, await server.Process.StopAsync());
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }

    static async Task<bool> Succeeds(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
