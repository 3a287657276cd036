using System.Diagnostics;
using System.Net;

namespace AutoRest.Proxy.Tests;

/// <summary>The program as it is shipped, started as its own process.</summary>
public class ProcessTests
{
    static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(ProxyHost).Assembly.Location);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return Process.Start(start)!;
    }

    [Fact]
    public async Task Listens_and_routes()
    {
        await using var api = await Backend.Start("api");
        var port = RunningProxy.FreePort();
        using var process = Start([$"--Urls=http://127.0.0.1:{port}", .. RunningProxy.Row("api.localhost", api)]);
        try
        {
            using var client = new HttpClient();
            client.DefaultRequestHeaders.Host = "api.localhost";
            var deadline = DateTime.UtcNow.AddSeconds(30);
            while (true)
            {
                try
                {
                    Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/todos"))).StatusCode);
                    break;
                }
                catch (HttpRequestException) when (DateTime.UtcNow < deadline && !process.HasExited)
                {
                    await Task.Delay(100);
                }
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Bad_table_is_one_sentence_and_exit_code_1()
    {
        using var process = Start("--Urls=http://127.0.0.1:0", "--Hosts:bad.localhost:Destinations:0=nonsense");
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Equal("autorest-proxy: Destination \"nonsense\" of host \"bad.localhost\" is not an address: write it like \"http://127.0.0.1:3000\".", error.Trim());
    }

    [Fact]
    public async Task Busy_port_is_one_sentence_and_exit_code_1()
    {
        await using var api = await Backend.Start("api");
        using var process = Start($"--Urls={api.Address}");
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Contains("already in use", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }
}
