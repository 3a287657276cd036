using System.Globalization;
using System.Text.RegularExpressions;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>PostgreSQL's own load generator with the server's SQL: what the database could answer if nothing stood in front of it.</summary>
sealed partial class PgBench
{
    /// <summary>The first version that pipelines prepared statements.</summary>
    const int MinVersion = 15;

    readonly string _program;

    PgBench(string program) => _program = program;

    /// <summary>Null, with the reason, when there is no pgbench that can pipeline.</summary>
    public static async Task<(PgBench? Found, string Reason)> FindAsync()
    {
        // Beside the server's programs first: Debian's pgbench of the PATH is a script that looks for one.
        var program = new[] { Path.Combine(PostgresCluster.FindPrograms() ?? "", "pgbench"), Command.Find("pgbench") ?? "" }.FirstOrDefault(File.Exists);
        if (program is null)
        {
            return (null, "pgbench is not installed");
        }

        var version = Number().Match(await Command.RunAsync(program, ["--version"])).Value;
        return int.Parse(version, CultureInfo.InvariantCulture) >= MinVersion
            ? (new PgBench(program), "")
            : (null, $"pgbench {version} cannot pipeline prepared statements, {MinVersion} can");
    }

    /// <param name="prepared">False: sent unprepared, for poolers that lose prepared statements.</param>
    public async Task<(double PerSecond, double P50, double P99, long Count)> RunAsync(
        int port, string script, IEnumerable<string> variables, int clients, TimeSpan duration, bool prepared)
    {
        var folder = Directory.CreateTempSubdirectory("autorest-pgbench-").FullName;
        try
        {
            var file = Path.Combine(folder, "script.sql");
            await File.WriteAllTextAsync(file, script);
            var output = await Command.RunAsync(_program,
                [
                    "-n", "-h", "127.0.0.1", "-p", Text(port), "-U", "authenticator", "-c", Text(clients), "-j", Text(Math.Min(clients, 2)),
                    "-T", Text(Math.Max(1, (int)Math.Round(duration.TotalSeconds))), "-M", prepared ? "prepared" : "extended", "-f", file,
                    "-l", "--log-prefix", Path.Combine(folder, "log"), .. variables.SelectMany(v => new[] { "-D", v }), "postgres",
                ]);
            var times = Directory.GetFiles(folder, "log.*").SelectMany(File.ReadLines)
                .Select(static line => long.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture)).Order().ToList();
            var rate = double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
            return times.Count == 0
                ? throw new InvalidOperationException($"pgbench finished no transaction:\n{output}")
                : (rate, times[times.Count / 2] / 1000.0, times[(int)(times.Count * 0.99)] / 1000.0, times.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rate();
}
