using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>What memory and start-up gave. Sizes are bytes, times seconds.</summary>
/// <param name="StartSeconds">From starting the process to the first answer with data.</param>
/// <param name="IdleResident">Two seconds after that.</param>
/// <param name="ResultGrowth">Highest resident size during the large result, less the size before it.</param>
/// <param name="FirstByteSeconds">Until the first byte of the large result's body.</param>
/// <param name="BodyGrowth">The same while a large body is inserted.</param>
sealed record MemoryResult(
    string Name, double StartSeconds, long IdleResident, long ResultBytes, long ResultGrowth, double FirstByteSeconds, double ResultSeconds,
    string? ResultFailure, long BodyBytes, long BodyGrowth, double BodySeconds, string? BodyFailure);

/// <summary>Memory and start-up of each server, one after the other.</summary>
static class MemoryRun
{
    const int BodyBytes = 50 * 1000 * 1000;

    public static async Task<IReadOnlyList<MemoryResult>> RunAsync(Options options, Servers servers, Action<string> say)
    {
        var results = new List<MemoryResult> { await MeasureAsync(options, servers, ThroughputRun.Own, null, say) };
        if (options.PeerCommand is { } peer)
        {
            results.Add(await MeasureAsync(options, servers, ThroughputRun.Peer, peer, say));
        }

        return results;
    }

    static async Task<MemoryResult> MeasureAsync(Options options, Servers servers, string name, string? command, Action<string> say)
    {
        var small = Get("/todos?id=eq.1");
        var started = Stopwatch.GetTimestamp();
        await using var server = await servers.StartServerAsync(options, command, null, waitUntilReady: false);
        while (!Answers(server.Port, small))
        {
            if (server.HasExited || Stopwatch.GetElapsedTime(started).TotalSeconds > 60)
            {
                throw new InvalidOperationException($"{name} does not answer:\n{server.Output}");
            }

            await Task.Delay(1);
        }

        var start = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(2));
        var idle = ProcessUsage.ResidentOf(server.ProcessId);
        say(string.Create(CultureInfo.InvariantCulture, $"{name}: first answer after {start:0.000} s, idle {idle / 1e6:0} MB"));

        // The ordinary paths are warm before anything is compared: code that is loaded once is not what grows with a result.
        for (var i = 0; i < 200; i++)
        {
            PlainClient.Send(server.Port, Get($"/large?limit=1000&id=gte.{i}"), 200, keep: false);
        }

        // About 1,060 bytes a row.
        var rows = (long)options.ResultMegabytes * 1024 * 1024 / 1060;
        var result = Peak(server, Get($"/large?limit={rows}"), 200);
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: result of {result.Length / 1e6:0} MB, grew by {result.Growth / 1e6:0} MB, first byte {result.First * 1000:0} ms, {result.Total:0.0} s {result.Failure}"));

        await servers.Cluster.ExecuteAsync("TRUNCATE api.events");
        var body = Encoding.UTF8.GetBytes(LargeBody());
        var head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: return=minimal\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"));
        var insert = Peak(server, [.. head, .. body], 201);
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: body of {body.Length / 1e6:0} MB, grew by {insert.Growth / 1e6:0} MB = {(double)insert.Growth / body.Length:0.0} × body, {insert.Total:0.0} s {insert.Failure}"));
        return new MemoryResult(
            name, start, idle, result.Length, result.Growth, result.First, result.Total, result.Failure, body.Length, insert.Growth, insert.Total, insert.Failure);
    }

    static (long Length, long Growth, double First, double Total, string? Failure) Peak(ServerProcess server, byte[] request, int status)
    {
        var before = ProcessUsage.ResidentOf(server.ProcessId);
        ProcessUsage.ForgetPeak(server.ProcessId);
        try
        {
            var (_, length, first, total) = PlainClient.Send(server.Port, request, status, keep: false);
            return (length, ProcessUsage.PeakOf(server.ProcessId) - before, first.TotalSeconds, total.TotalSeconds, null);
        }
        catch (Exception e) when (e is InvalidOperationException or SocketException)
        {
            // A server that cannot do it is a result too.
            return (0, ProcessUsage.PeakOf(server.ProcessId) - before, double.NaN, double.NaN, e.Message);
        }
    }

    public static bool Answers(int port, byte[] request)
    {
        try
        {
            PlainClient.Send(port, request, 200);
            return true;
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // Not listening, or 503 while the schema cache loads.
            return false;
        }
    }

    static byte[] Get(string target) => Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n");

    static string LargeBody()
    {
        var text = new StringBuilder("[", BodyBytes + 1024);
        for (var i = 0; text.Length < BodyBytes; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(
                CultureInfo.InvariantCulture, $$$"""{"title":"Event {{{i}}} with a title of some length","priority":{{{i % 10}}},"details":{"source":"load","number":{{{i}}}}}""");
        }

        return text.Append(']').ToString();
    }
}
