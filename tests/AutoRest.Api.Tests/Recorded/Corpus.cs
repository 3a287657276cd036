using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Recorded;

/// <summary>All recorded cases, the configurations they were recorded with, and their database.</summary>
public static class Corpus
{
    // The folder shared beside the checkout is the newest truth; a checkout alone has its copies.
    static readonly string Shared = Path.GetFullPath(Repository.File("..", "shared", "recorded"));
    static readonly bool IsShared = Directory.Exists(Path.Combine(Shared, "cases"));
    static readonly string Folder = IsShared ? Shared : Repository.File("tests", "AutoRest.Api.Tests", "Recorded");

    public static string FixtureFile { get; } =
        IsShared ? Path.Combine(Shared, "fixture.sql") : Repository.File("tests", "fixtures", "fixture.sql");

    /// <summary>Name of a configuration → its <c>PGRST_*</c> variables, without address and database.</summary>
    public static ImmutableDictionary<string, ImmutableDictionary<string, string>> Configurations { get; } = LoadConfigurations();

    /// <summary>In the order of the files.</summary>
    public static ImmutableArray<RecordedCase> Cases { get; } = LoadCases();

    /// <summary>The cases to run, grouped by configuration; <c>AUTOREST_CASES</c>, a regular expression over <c>file/name</c>, selects some.</summary>
    public static IEnumerable<RecordedCase> Selected =>
        Environment.GetEnvironmentVariable("AUTOREST_CASES") is { Length: > 0 } pattern
            ? Grouped.Where(c => Regex.IsMatch(c.Id, pattern))
            : Grouped;

    /// <summary>What may be listed as not passing yet: every case that is not optional, each way it can be run.</summary>
    public static IEnumerable<string> Required =>
        Cases.Where(c => c.Optional is null).SelectMany(c => new[] { c.Id, c.Id + PgBouncerReplay.Way });

    static IEnumerable<RecordedCase> Grouped => Cases.GroupBy(c => c.Configuration).SelectMany(group => group);

    static ImmutableArray<RecordedCase> LoadCases() =>
        [.. from path in Directory.GetFiles(Path.Combine(Folder, "cases"), "*.jsonl").Order(StringComparer.Ordinal)
            from line in File.ReadLines(path)
            where line.Length > 0
            select RecordedCase.Parse(Path.GetFileNameWithoutExtension(path), line)];

    static ImmutableDictionary<string, ImmutableDictionary<string, string>> LoadConfigurations()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "configs.json")));
        return document.RootElement.EnumerateObject().ToImmutableDictionary(
            configuration => configuration.Name,
            configuration => configuration.Value.GetProperty("settings").EnumerateObject()
                .ToImmutableDictionary(setting => setting.Name, setting => setting.Value.GetString()!));
    }
}
