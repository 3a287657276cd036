// End-to-end load: AutoRest, pgbench with the same SQL, and any other server of the same contract, in turns, on data of its own.
//   dotnet run -c Release --project bench/load -- [--workloads key,page,…] [--seconds 5] [--rounds 3] [--connections 32] [--pooler]
//     [--peer-command "postgrest"] [--memory] [--overload] [--reload]
// bench/README.md says what the figures mean.
using System.Globalization;
using AutoRest.Load;
using AutoRest.Testing;

return await Options.Command(RunAsync).Parse(args).InvokeAsync();

static async Task<int> RunAsync(Options options)
{
    if (Repository.Configuration != "Release")
    {
        await Console.Error.WriteLineAsync("a debug build measures nothing: dotnet run -c Release --project bench/load");
        return 1;
    }

    await using var servers = await Servers.StartAsync(options);
    var machine = Machine.Describe(servers.Versions);
    Console.WriteLine($"{machine.Processor}, {machine.Cores} cores, {machine.MemoryBytes / 1e9:0.0} GB, {machine.System}; {machine.Runtime}; {machine.Parts}");
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{options.Connections} connections, pool of {options.Pool}, {options.Rounds} rounds of {options.Seconds} s; load average before: {machine.LoadAverageBefore}"));

    IReadOnlyList<WorkloadResult> throughput = [];
    IReadOnlyList<MemoryResult> memory = [];
    IReadOnlyList<ConditionResult> conditions = [];
    if (options.Memory)
    {
        memory = await MemoryRun.RunAsync(options, servers, Console.Error.WriteLine);
        Console.Write($"\n{Report.Table(memory)}");
    }
    else if (options.Overload || options.Reload)
    {
        conditions =
        [
            .. options.Overload ? await ConditionsRun.OverloadAsync(options, servers, Console.Error.WriteLine) : [],
            .. options.Reload ? await ConditionsRun.ReloadAsync(options, servers, Console.Error.WriteLine) : [],
        ];
        Console.Write($"\n{Report.Table(conditions)}");
    }
    else
    {
        throughput = await ThroughputRun.RunAsync(options, servers, Console.Error.WriteLine);
        Console.Write($"\n{Report.Table(throughput)}");
    }

    Console.WriteLine($"\n{Report.Write(options, machine, throughput, memory, conditions)}");
    return 0;
}
