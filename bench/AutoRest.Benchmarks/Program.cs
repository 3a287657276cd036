// Micro benchmarks of the stages that need no database:
//   dotnet run -c Release --project bench/AutoRest.Benchmarks -- --filter '*'            all of them
//   dotnet run -c Release --project bench/AutoRest.Benchmarks -- --quick --filter '*Request*'   seconds instead of minutes, wider errors
using AutoRest.Benchmarks;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

var quick = args.Contains("--quick");
// In this process: BenchmarkDotNet's own project per benchmark would have to know the framework's name, and to restore packages.
var job = (quick ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance).WithGcServer(false).WithPlatform(Platform.AnyCpu);
var config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .AddAnalyser(BenchmarkDotNet.Analysers.EnvironmentAnalyser.Default)
    .WithOptions(ConfigOptions.JoinSummary)
    .WithArtifactsPath(Path.Combine(Environment.CurrentDirectory, "artifacts", "benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(RequestBenchmarks).Assembly).Run([.. args.Where(static a => a != "--quick")], config);
