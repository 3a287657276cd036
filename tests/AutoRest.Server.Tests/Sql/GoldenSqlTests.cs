using System.Text;
using System.Text.RegularExpressions;
using AutoRest.Server.Errors;
using AutoRest.Server.Sql;
using AutoRest.Testing;

namespace AutoRest.Server.Tests.Sql;

/// <summary>
/// The SQL of requests, pinned: each file in <c>golden/</c> holds requests and what is sent for them. UPDATE_CASES=1 rewrites the answers (not in CI).
/// </summary>
public sealed partial class GoldenSqlTests(FixtureDatabase database)
{
    static readonly string Folder = Repository.File("tests", "AutoRest.Server.Tests", "Sql", "golden");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.sql").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Requests_give_the_pinned_statements(string file)
    {
        Required.PostgreSql();
        var path = Path.Combine(Folder, file);
        var expected = File.ReadAllText(path);
        var actual = new StringBuilder();
        foreach (var section in expected.Split("-- ### ", StringSplitOptions.RemoveEmptyEntries))
        {
            var request = string.Join('\n', section.Split('\n').TakeWhile(line => !line.StartsWith("-- =>", StringComparison.Ordinal)))
                .Replace("\n-- ", "\n", StringComparison.Ordinal).Replace("\n--", "\n", StringComparison.Ordinal).TrimEnd('\n');
            actual.Append("-- ### ").Append(request.Replace("\n", "\n-- ", StringComparison.Ordinal)).Append('\n').Append(Answer(request)).Append("\n\n");
        }

        var text = actual.ToString().TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_CASES") == "1" && !Required.IsCI)
        {
            File.WriteAllText(path, text);
            return;
        }

        Assert.Equal(expected, text);
    }

    string Answer(string request)
    {
        try
        {
            var statements = database.Statements(request);
            var text = RoleNumber().Replace(statements.Main.Text, "/* r */");
            var parameters = string.Join(", ", statements.Main.Parameters.Select((p, i) => $"${i + 1}={Show(p)}"));
            return $"-- => {statements.Shape.GetType().Name}{(parameters.Length == 0 ? "" : "  " + parameters)}\n{text};";
        }
        catch (ApiException e)
        {
            return $"-- => {e.Error.Code} {e.Error.Message}";
        }
    }

    static string Show(Parameter parameter) => parameter.Kind switch
    {
        ParameterKind.Untyped => $"'{parameter.Text}'",
        _ => $"{parameter.Kind} {Encoding.UTF8.GetString(parameter.Bytes.Span)}",
    };

    [GeneratedRegex(@"/\* r\d+ \*/")]
    private static partial Regex RoleNumber();
}
