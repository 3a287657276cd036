using System.Buffers;
using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Tests.Errors;

/// <summary>contract/errors.md §1, §2, §6.</summary>
public sealed class ErrorTests
{
    static readonly QualifiedIdentifier Add = new("api", "add");

    // The vectors of contract/errors.md §6.
    [Theory]
    [InlineData("client", 0.75, "clients", 0.857)]
    [InlineData("project", 0.75, "projects", 0.875)]
    [InlineData("PROJECTS", 0.75, "projects", 1.0)]
    [InlineData("tasks", 0.75, null, 0)]
    [InlineData("", 0.75, null, 0)]
    public void A_similar_name_is_found(string query, double threshold, string? expected, double score)
    {
        var found = Suggestions.Find(["clients", "projects", "todos"], query, threshold);
        Assert.Equal(expected, found?.Name);
        Assert.Equal(score, found?.Score ?? 0, 3);
    }

    [Fact]
    public void Argument_lists_are_compared_like_names() =>
        Assert.Equal(
            "Perhaps you meant to call the function api.add(attr, id)",
            Suggestions.ForRoutineArguments(Add, ["id", "attrs"], [["id", "attr"], ["x"]]));

    [Fact]
    public void Argument_lists_score_as_texts() => Assert.Equal(0.909, Suggestions.Find(["(attr, id)"], "(attrs, id)", 0.33)!.Value.Score, 3);

    [Fact]
    public void Ties_go_to_the_first_by_name() => Assert.Equal("todo_a", Suggestions.Find(["todo_b", "todo_a"], "todo_c", 0.5)!.Value.Name);

    [Fact]
    public void An_exact_name_is_no_inexact_suggestion() => Assert.Null(Suggestions.ForChild("Clients", ["clients", "client"]));

    [Fact]
    public void Each_use_words_its_hint()
    {
        Assert.Equal("Perhaps you meant 'clients' instead of 'client'.", Suggestions.ForChild("client", ["clients"]));
        Assert.Equal("Perhaps you meant 'clients' instead of 'client'.", Suggestions.ForParent("client", ["clients"]));
        Assert.Equal("Perhaps you meant the table 'api.adds'", Suggestions.ForTable(Add, ["adds", "todos"]));
        Assert.Equal("Perhaps you meant to call the function api.addx", Suggestions.ForRoutineName(Add, ["addx", "todos"]));
        Assert.Null(Suggestions.ForTable(Add, [.. Enumerable.Range(0, 500).Select(static i => $"add{i}")]));
    }

    [Fact]
    public void The_body_has_its_keys_in_order() =>
        Assert.Equal(
            "{\"code\":\"PGRST106\",\"details\":null,\"hint\":\"Only the following schemas are exposed: api, tenant\",\"message\":\"Invalid schema: sch\\\"ön\\u0001\"}",
            Write(new SchemaNotExposed("sch\"ön\u0001", ["api", "tenant"]), ErrorVerbosity.Verbose));

    [Fact]
    public void The_minimal_body_has_code_and_message() =>
        Assert.Equal("{\"code\":\"PGRST125\",\"message\":\"Invalid path specified in request URL\"}", Write(new InvalidPath(), ErrorVerbosity.Minimal));

    [Fact]
    public void Details_may_be_a_document() =>
        Assert.Equal(
            "{\"code\":\"PGRST201\",\"details\":[{\"a\":1}],\"hint\":\"Try changing 'b' to one of the following: 'b!x', 'b!y'. Find the desired relationship in the 'details' key.\",\"message\":\"Could not embed because more than one relationship was found for 'a' and 'b'\"}",
            Write(new AmbiguousRelationship("a", "b", ["b!x", "b!y"], "[{\"a\":1}]"u8.ToArray()), ErrorVerbosity.Verbose));

    [Theory]
    [InlineData(RoutineCallKind.Named, "", "Could not find the function api.add without parameters in the schema cache", "Searched for the function api.add without parameters, but no matches were found in the schema cache.")]
    [InlineData(RoutineCallKind.Named, "a", "Could not find the function api.add(a) in the schema cache", "Searched for the function api.add with parameter a, but no matches were found in the schema cache.")]
    [InlineData(RoutineCallKind.PostedJson, "a,b", "Could not find the function api.add(a, b) in the schema cache", "Searched for the function api.add with parameters a, b or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.")]
    [InlineData(RoutineCallKind.RawText, "", "Could not find the function api.add in the schema cache", "Searched for the function api.add with a single unnamed text parameter, but no matches were found in the schema cache.")]
    public void An_unknown_function_says_what_was_searched(RoutineCallKind kind, string keys, string message, string details)
    {
        var error = new NoRoutine(Add, [.. keys.Split(',', StringSplitOptions.RemoveEmptyEntries)], kind, "x");
        Assert.Equal((message, details), (error.Message, error.Details));
        Assert.Equal(kind == RoutineCallKind.RawText ? null : "x", error.Hint);
    }

    [Fact]
    public void A_missing_relationship_names_the_hint_it_searched_with() =>
        Assert.Equal(
            "Searched for a foreign key relationship between 'a' and 'b' using the hint 'fk' in the schema 'api', but no matches were found.",
            new NoRelationship("a", "b", "fk", "api", null).Details);

    [Fact]
    public void An_unknown_table_may_suggest_another() =>
        Assert.Equal("Perhaps you meant the table 'api.todos'", new UnknownTable(new QualifiedIdentifier("api", "todo"), Suggestions.ForTable(new QualifiedIdentifier("api", "todo"), ["todos"])).Hint);

    static string Write(ApiError error, ErrorVerbosity verbosity)
    {
        var output = new ArrayBufferWriter<byte>();
        ErrorWriter.Write(output, error, verbosity);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
