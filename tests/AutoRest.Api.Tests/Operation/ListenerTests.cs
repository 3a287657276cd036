using System.Net;
using System.Net.Sockets;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class ListenerTests(OperationCluster shared)
{
    [Fact]
    public async Task A_listener_that_was_cut_off_listens_again_and_loads_what_it_missed()
    {
        var cluster = await shared.GetAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("PGRST_DB_CHANNEL", "cut"));
        await server.UntilLoggedAsync("listening for database notifications on the \"cut\" channel");
        var loads = Occurrences(server, "Schema cache loaded in");
        Assert.Equal("t", await cluster.QueryAsync("select pg_terminate_backend(pid) from pg_stat_activity where query = 'LISTEN \"cut\"'"));
        await server.UntilLoggedAsync("Retrying listening for database notifications in 1 seconds...");
        await server.UntilAsync(
            () => Task.FromResult(Occurrences(server, "listening for database notifications on the \"cut\" channel") >= 3), "the listener", 5);
        await server.UntilAsync(() => Task.FromResult(Occurrences(server, "Schema cache loaded in") > loads), "the load", 3);
    }

    [Fact]
    public async Task A_burst_of_notifications_is_at_most_two_loads()
    {
        var cluster = await shared.GetAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("PGRST_DB_CHANNEL", "burst"));
        await server.UntilLoggedAsync("on the \"burst\" channel");
        var loads = Occurrences(server, "Schema cache loaded in");
        for (var i = 0; i < 50; i++)
        {
            await cluster.ExecuteAsync($"notify burst, '{(i % 2 == 0 ? "reload schema" : "")}'", OperationCluster.Database);
        }

        await server.UntilAsync(() => Task.FromResult(Occurrences(server, "Received a schema cache reload message on the \"burst\" channel") == 50), "50 messages");
        await Task.Delay(700);

        // The 50 were not sent at one instant: a few pauses of the debounce may lie between them.
        Assert.InRange(Occurrences(server, "Schema cache loaded in") - loads, 1, 6);
    }

    [Fact]
    public async Task Another_channel_in_the_configuration_is_listened_to_after_a_reload()
    {
        var cluster = await shared.GetAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("ar-").FullName, "channel");
        await File.WriteAllTextAsync(file, "before");

        // Read again at every reload, where a variable of the process cannot change.
        await using var server = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_DB_CHANNEL_FILE", file));
        await server.UntilLoggedAsync("on the \"before\" channel");
        await File.WriteAllTextAsync(file, "after");
        server.Process.Signal(UnixSignal.User2);
        await server.UntilLoggedAsync("listening for database notifications on the \"after\" channel");
        await cluster.ExecuteAsync("notify \"after\", 'reload schema'", OperationCluster.Database);
        await server.UntilLoggedAsync("Received a schema cache reload message on the \"after\" channel");
        Assert.Equal("0", await cluster.QueryAsync("select count(*) from pg_stat_activity where query = 'LISTEN \"before\"'"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task The_first_load_begins_when_the_listener_listens()
    {
        var cluster = await shared.GetAsync();
        await using var relay = new SlowRelay(cluster.Port, TimeSpan.FromMilliseconds(300));
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("AUTOREST_DB_LISTEN_URI", $"postgresql://authenticator@127.0.0.1:{relay.Port}/{OperationCluster.Database}?sslmode=disable"));
        await server.UntilLoggedAsync("Listener connected to");
        Assert.True(
            server.Process.Output.IndexOf("Listener connected to", StringComparison.Ordinal)
            < server.Process.Output.IndexOf("Schema cache queried in", StringComparison.Ordinal), server.Process.Output);
        Assert.Equal(1, Occurrences(server, "Schema cache loaded in"));
    }

    [Fact]
    public async Task What_was_notified_before_a_slow_listener_listened_is_loaded_all_the_same()
    {
        var cluster = await shared.GetAsync();
        await cluster.ExecuteAsync("drop table if exists meanwhile", OperationCluster.Database);
        await using var relay = new SlowRelay(cluster.Port, TimeSpan.FromSeconds(4));
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("AUTOREST_DB_LISTEN_URI", $"postgresql://authenticator@127.0.0.1:{relay.Port}/{OperationCluster.Database}?sslmode=disable"));

        // Serving without it, and nobody hears the notification.
        Assert.DoesNotContain("Listener connected to", server.Process.Output, StringComparison.Ordinal);
        await cluster.ExecuteAsync("create table meanwhile (id int); grant select on meanwhile to visitor; notify pgrst", OperationCluster.Database);
        Assert.Equal(404, (await server.GetAsync("/meanwhile")).Status);
        await server.UntilLoggedAsync("Listener connected to");
        await server.UntilAsync(async () => (await server.GetAsync("/meanwhile")).Status == 200, "the load", 5);
        Assert.DoesNotContain("Received a schema cache reload message", server.Process.Output, StringComparison.Ordinal);
    }

    /// <summary>Passes bytes on, but the first of each connection only after a time.</summary>
    sealed class SlowRelay : IAsyncDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        readonly CancellationTokenSource _stop = new();
        readonly Task _accepting;

        public SlowRelay(int target, TimeSpan delay)
        {
            _listener.Start();
            _accepting = AcceptAsync(target, delay);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _accepting;
            _listener.Dispose();
            _stop.Dispose();
        }

        async Task AcceptAsync(int target, TimeSpan delay)
        {
            try
            {
                var connections = new List<Task>();
                while (!_stop.IsCancellationRequested)
                {
                    connections.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token), target, delay));
                }
            }
            catch (OperationCanceledException)
            {
                // Disposed of.
            }
        }

        async Task PassAsync(TcpClient client, int target, TimeSpan delay)
        {
            using (client)
            using (var server = new TcpClient())
            {
                try
                {
                    await Task.Delay(delay, _stop.Token);
                    await server.ConnectAsync(IPAddress.Loopback, target, _stop.Token);
                    await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), _stop.Token), server.GetStream().CopyToAsync(client.GetStream(), _stop.Token));
                }
                catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
                {
                    // One side left.
                }
            }
        }
    }

    static int Occurrences(OperatedServer server, string text) => server.Process.Output.Split(text).Length - 1;
}
