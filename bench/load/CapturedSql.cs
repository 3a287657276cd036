using System.Globalization;
using System.Text.RegularExpressions;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>A statement as the server sent it.</summary>
/// <param name="Parameters">Values in order; null is NULL.</param>
sealed record SentStatement(string Text, IReadOnlyList<string?> Parameters);

/// <summary>
/// Reads from PostgreSQL's log what the server sends for a request: so pgbench runs exactly that, and cannot fall behind the server's SQL.
/// Needs <see cref="LinePrefix"/>.
/// </summary>
static partial class CapturedSql
{
    /// <summary>Begins every entry of the log, so that an entry's further lines can be told from the next entry.</summary>
    public const string LinePrefix = "@@%u@ ";

    /// <param name="send">Sends the request once.</param>
    public static async Task<IReadOnlyList<SentStatement>> CaptureAsync(PostgresCluster cluster, Func<Task> send)
    {
        // The first times a text may go out marked as not to be prepared.
        for (var i = 0; i < 40; i++)
        {
            await send();
        }

        await cluster.ExecuteAsync("ALTER SYSTEM SET log_statement = 'all'");
        await cluster.ExecuteAsync("SELECT pg_reload_conf()");
        try
        {
            // A session takes the setting over between two statements, some time after it was told.
            for (var i = 0; i < 50; i++)
            {
                var before = cluster.Log.Length;
                await send();
                var sent = Parse(cluster.Log[before..]);
                if (sent.Count > 1)
                {
                    return sent;
                }

                await Task.Delay(100);
            }
        }
        finally
        {
            await cluster.ExecuteAsync("ALTER SYSTEM RESET log_statement");
            await cluster.ExecuteAsync("SELECT pg_reload_conf()");
        }

        throw new InvalidOperationException("PostgreSQL's log shows no statement of the server");
    }

    internal static List<SentStatement> Parse(string log)
    {
        var statements = new List<SentStatement>();
        foreach (Match entry in Entry().Matches(log))
        {
            // Further lines of an entry are indented by a tab.
            var text = entry.Groups["text"].Value.Replace("\n\t", "\n", StringComparison.Ordinal).TrimEnd('\n');
            if (Statement().Match(text) is { Success: true } statement)
            {
                statements.Add(new SentStatement(text[statement.Length..], []));
            }
            else if (Detail().Match(text) is { Success: true } detail && statements.Count > 0)
            {
                statements[^1] = statements[^1] with { Parameters = Values(text[detail.Length..]) };
            }
        }

        return statements;
    }

    static List<string?> Values(string text) =>
        [.. Value().Matches(text).Select(m => m.Groups["text"] is { Success: true } value ? value.Value.Replace("''", "'", StringComparison.Ordinal) : null)];

    /// <summary>The statements as a pgbench script: one pipelined batch, every parameter a variable, as the server binds them.</summary>
    /// <param name="key">A parameter with this value is drawn anew for each transaction.</param>
    /// <returns>The script and the values of its variables.</returns>
    public static (string Script, List<string> Variables) ToScript(IReadOnlyList<SentStatement> statements, string key, int keys)
    {
        var variables = new List<string>();
        var script = new System.Text.StringBuilder().Append(CultureInfo.InvariantCulture, $"\\set key random(1, {keys})\n\\startpipeline\n");
        for (var s = 0; s < statements.Count; s++)
        {
            var (text, values) = statements[s];
            // pgbench takes a colon and a name for a variable wherever it stands.
            if (Colon().IsMatch(text))
            {
                throw new InvalidOperationException($"pgbench would misread: {text}");
            }

            script.Append(Position().Replace(text, match =>
            {
                var position = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
                switch (values[position - 1])
                {
                    case null:
                        return "NULL";
                    case var value when value == key:
                        return ":key";
                    case var value:
                        var name = string.Create(CultureInfo.InvariantCulture, $"s{s}p{position}");
                        var assignment = $"{name}={value}";
                        if (!variables.Contains(assignment))
                        {
                            variables.Add(assignment);
                        }

                        return ":" + name;
                }
            })).Append(";\n");
        }

        return (script.Append("\\endpipeline\n").ToString(), variables);
    }

    [GeneratedRegex(@"^@@authenticator@ (?<text>.*?)(?=^@@|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^LOG:  (execute [^:]+|statement): ")]
    private static partial Regex Statement();

    [GeneratedRegex(@"^DETAIL:  [Pp]arameters: ")]
    private static partial Regex Detail();

    [GeneratedRegex(@"\$\d+ = (?:NULL|'(?<text>(?:[^']|'')*)')(?:, |\z)", RegexOptions.Singleline)]
    private static partial Regex Value();

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Position();

    [GeneratedRegex(@"(?<!:):[A-Za-z0-9_]")]
    private static partial Regex Colon();
}
