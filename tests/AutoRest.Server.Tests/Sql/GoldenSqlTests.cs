using System.Text;
using System.Text.RegularExpressions;
using AutoRest.Server.Errors;
using AutoRest.Server.Sql;
using AutoRest.Testing;

namespace AutoRest.Server.Tests.Sql;

/// <summary>
/// The SQL of requests, pinned: each file in <c>golden/</c> holds requests and what is sent for them.
/// </summary>
public sealed partial class GoldenSqlTests(FixtureDatabase database)
{
    public static TheoryData<string> Files => GoldenFile.In("Sql");

    [Theory]
    [MemberData(nameof(Files))]
    public void Requests_give_the_pinned_statements(string file)
    {
        Required.PostgreSql();
        GoldenFile.Of("Sql", file, "-- ").Check(Answer);
    }

    string Answer(string request)
    {
        try
        {
            var statements = database.Statements(request);
            var text = RoleNumber().Replace(statements.Main.Text, "/* r */");
            var parameters = string.Join(", ", statements.Main.Parameters.Select((p, i) => $"${i + 1}={Show(p)}"));
            return $"{statements.Shape.GetType().Name}{(parameters.Length == 0 ? "" : "  " + parameters)}\n{text};";
        }
        catch (ApiException e)
        {
            return $"{e.Error.Code} {e.Error.Message}";
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
