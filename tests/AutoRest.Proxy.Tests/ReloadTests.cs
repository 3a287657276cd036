using System.Net;
using System.Text.Json;

namespace AutoRest.Proxy.Tests;

public sealed class ReloadTests : IDisposable
{
    readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    // Written beside and put in its place, as editors do: never half a file.
    void Save(string text)
    {
        File.WriteAllText(_file + ".new", text);
        File.Move(_file + ".new", _file, overwrite: true);
    }

    void Save(Backend backend, params (string, object)[] limits) => Save(JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["Hosts"] = new Dictionary<string, object> { ["live.localhost"] = new { Destinations = new[] { backend.Address } } },
        ["Limits"] = limits.ToDictionary(limit => limit.Item1, limit => limit.Item2),
    }));

    static async Task Until(Func<Task<bool>> reached)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await reached())
        {
            Assert.True(DateTime.UtcNow < deadline, "the saved settings do not take effect");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task Saved_file_takes_effect_and_a_broken_one_changes_nothing()
    {
        await using var one = await Backend.Start("one");
        await using var two = await Backend.Start("two");
        Save(one);
        await using var proxy = await RunningProxy.Start($"--Settings={_file}");
        async Task<string> By() => (await proxy.Send("live.localhost")).Response.Headers.GetValues("X-Backend").Single();
        Assert.Equal("one", await By());

        // Neither what is not JSON, nor a row that cannot work.
        foreach (var broken in new[] { "{ \"Hosts\": ", """{ "Hosts": { "live.localhost": { "Destinations": [ "nonsense" ] } } }""" })
        {
            Save(broken);
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal("one", await By());
                await Task.Delay(50);
            }
        }

        Save(two);
        await Until(async () => await By() == "two");
    }

    [Fact]
    public async Task Limits_take_effect_when_saved()
    {
        await using var api = await Backend.Start("api");
        Save(api);
        await using var proxy = await RunningProxy.Start($"--Settings={_file}");
        Assert.DoesNotContain("PROXY413", await proxy.Post("live.localhost", new byte[100]), StringComparison.Ordinal);

        Save(api, ("BodyBytes", 10), ("RequestsPerSecond", 1000));

        await Until(async () => (await proxy.Post("live.localhost", new byte[100])).Contains("PROXY413", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await proxy.Send("live.localhost")).Response.StatusCode);
    }
}
