using AutoRest.Cli.TypeScript;
using AutoRest.Introspection;

namespace AutoRest.Cli.Tests;

/// <summary>The parts of generated types. The whole file for the fixture, and what the clients make of it, is tested in tests/clients.</summary>
public class TypeScriptTests
{
    [Theory]
    [InlineData("task", "task")]
    [InlineData("_a$1", "_a$1")]
    [InlineData("", "\"\"")]
    [InlineData("1st", "\"1st\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("straße", "\"straße\"")]
    [InlineData("quo\"te\\", "\"quo\\\"te\\\\\"")]
    [InlineData("line\nend\u2028", "\"line\\nend\\u2028\"")]
    public void Key_is_quoted_where_it_has_to_be(string name, string key) => Assert.Equal(key, TypeExpressions.Key(name));

    [Theory]
    [InlineData("string", "string[]")]
    [InlineData("string | null", "(string | null)[]")]
    public void Array_of_a_union_has_parentheses(string element, string array) => Assert.Equal(array, TypeExpressions.Array(element));

    [Fact]
    public void Enum_without_labels_has_no_value() => Assert.Equal("never", TypeExpressions.Union([]));

    [Fact]
    public void Empty_schema_has_no_members()
    {
        var facts = CatalogFacts.Empty with { Schemas = [new ExposedSchema("empty", null)] };
        var text = DatabaseFile.Write(new ExposedDatabase(facts, new TypeFacts([], [], [], [])));

        Assert.Contains("  empty: {\n    Tables: { [_ in never]: never }\n    Views: { [_ in never]: never }\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }
}
