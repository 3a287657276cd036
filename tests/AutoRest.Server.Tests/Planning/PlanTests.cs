using AutoRest.Server.Errors;
using AutoRest.Server.Tests.Sql;
using AutoRest.Testing;

namespace AutoRest.Server.Tests.Planning;

/// <summary>Request × schema cache → plan, or the refusal with its code and texts: each file in <c>golden/</c> holds requests and what is planned for them.</summary>
public sealed class PlanTests(FixtureDatabase database)
{
    public static TheoryData<string> Files => GoldenFile.In("Planning");

    [Theory]
    [MemberData(nameof(Files))]
    public void Requests_give_the_pinned_plans(string file)
    {
        Required.PostgreSql();
        GoldenFile.Of("Planning", file).Check(Answer);
    }

    string Answer(string request)
    {
        try
        {
            return PlanText.Of(database.Plan(request).Plan);
        }
        catch (ApiException e)
        {
            using var body = new Execution.PooledBuffer();
            ErrorWriter.Write(body, e.Error, Configuration.ErrorVerbosity.Verbose);
            return $"{e.Error.Status} {System.Text.Encoding.UTF8.GetString(body.WrittenSpan)}";
        }
    }
}
