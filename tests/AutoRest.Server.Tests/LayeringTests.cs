using System.Text.RegularExpressions;
using AutoRest.Server.Tests.Requests;

namespace AutoRest.Server.Tests;

/// <summary>A stage names what comes before it, never what comes after: "Direction" in the architecture's picture.</summary>
public sealed partial class LayeringTests
{
    /// <summary>What each folder of the server may name besides itself.</summary>
    static readonly Dictionary<string, string[]> MayName = new()
    {
        ["Configuration"] = ["Sql"],
        ["Observability"] = [],
        ["Sql"] = [],
        ["Errors"] = ["Configuration"],
        ["Auth"] = ["Errors", "Configuration"],
        ["Requests"] = ["Sql", "Errors", "Configuration"],
        ["Planning"] = ["Requests", "Sql", "Errors", "Configuration"],
        ["OpenApi"] = ["Planning", "Requests", "Sql", "Errors", "Configuration"],
        ["Queries"] = ["Planning", "Requests", "Sql", "Errors", "Configuration"],
        ["Execution"] = ["Observability", "Queries", "Planning", "Requests", "Sql", "Errors", "Configuration"],
        ["Responses"] = ["OpenApi", "Execution", "Queries", "Planning", "Requests", "Sql", "Errors", "Configuration"],
    };

    [Fact]
    public void No_stage_names_a_later_one()
    {
        var server = Path.Combine(RecordedCases.Root, "src", "AutoRest.Server");
        var violations = new List<string>();
        foreach (var (stage, allowed) in MayName)
        {
            var folder = Path.Combine(server, stage);
            if (!Directory.Exists(folder))
            {
                continue;
            }

            foreach (var file in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
            {
                violations.AddRange(
                    from name in NamedStages(File.ReadAllText(file))
                    where name != stage && MayName.ContainsKey(name) && !allowed.Contains(name)
                    select $"{Path.GetRelativePath(server, file)} names {name}");
            }
        }

        Assert.Empty(violations);
    }

    [Fact]
    public void Introspection_knows_nothing_of_the_server()
    {
        var folder = Path.Combine(RecordedCases.Root, "src", "AutoRest.Introspection");
        var violations = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(static f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(static f => File.ReadAllText(f).Contains("AutoRest.Server", StringComparison.Ordinal));
        Assert.Empty(violations);
    }

    static IEnumerable<string> NamedStages(string source) =>
        StageName().Matches(source).Select(static m => m.Groups[1].Value).Distinct();

    [GeneratedRegex(@"AutoRest\.Server\.([A-Z][A-Za-z]*)")]
    internal static partial Regex StageName();
}
