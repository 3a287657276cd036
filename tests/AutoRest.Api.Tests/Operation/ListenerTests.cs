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

    static int Occurrences(OperatedServer server, string text) => server.Process.Output.Split(text).Length - 1;
}
