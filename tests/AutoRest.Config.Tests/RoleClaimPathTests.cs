using System.Text.Json;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using Xunit;

namespace AutoRest.Config.Tests;

public class RoleClaimPathTests
{
    const string Claims = """
        {"role":"r","a":{"b":"ab","x-y":"xy","1":"one"},"list":["zero","web_user","two",3],"objects":[{"n":"p","v":1},{"n":"q","v":2},{"n":"s","v":2.0}],
         "z":{"role":"deep"},"é":"accent","empty":{},"null":null,"https://x.test/role":"url","quote'\"":"q"}
        """;

    [Theory]
    [InlineData("$.role", "\"r\"")]
    [InlineData("$['role']", "\"r\"")]
    [InlineData("$[\"role\"]", "\"r\"")]
    [InlineData("$.a.b", "\"ab\"")]
    [InlineData("$ .a .b", "\"ab\"")]
    [InlineData("$.a['x-y']", "\"xy\"")]
    [InlineData("$.a[ 'no' , 'x-y' ]", "\"xy\"")]
    [InlineData("$['https://x.test/role']", "\"url\"")]
    [InlineData("$['quote\\'\"']", "\"q\"")]
    [InlineData("$.é", "\"accent\"")]
    [InlineData("$['\\u00e9']", "\"accent\"")]
    [InlineData("$.list[0]", "\"zero\"")]
    [InlineData("$.list[-1]", "3")]
    [InlineData("$.list[4]", null)]
    [InlineData("$.list[-5]", null)]
    [InlineData("$.list[1:]", "\"web_user\"")]
    [InlineData("$.list[::-1]", "3")]
    [InlineData("$.list[-2:]", "\"two\"")]
    [InlineData("$.list[5:9]", null)]
    [InlineData("$.list[::0]", null)]
    [InlineData("$.list[*]", "\"zero\"")]
    [InlineData("$.a.*", "\"one\"")]
    [InlineData("$..role", "\"r\"")]
    [InlineData("$.z..role", "\"deep\"")]
    [InlineData("$..['x-y']", "\"xy\"")]
    [InlineData("$..*", "{\"b\":\"ab\",\"x-y\":\"xy\",\"1\":\"one\"}")]
    [InlineData("$.null", "null")]
    [InlineData("$.nothing", null)]
    [InlineData("$.role.x", null)]
    [InlineData("$.role[0]", null)]
    [InlineData("$.list[?@ == 'two']", "\"two\"")]
    [InlineData("$.list[?@ == 3.0]", "3")]
    [InlineData("$.list[?(@ != 'zero')]", "\"web_user\"")]
    [InlineData("$.list[?@ > 'w']", "\"zero\"")]
    [InlineData("$.list[?@ < 5]", "3")]
    [InlineData("$.list[?search(@, '_user$')]", "\"web_user\"")]
    [InlineData("$.list[?search(@, '^t')]", "\"two\"")]
    [InlineData("$.list[?search(@, '^[[:alpha:]]+_')]", "\"web_user\"")]
    [InlineData("$.list[?!search(@, 'e')]", "\"two\"")]
    [InlineData("$.objects[?@.v == 2].n", "\"q\"")]
    [InlineData("$.objects[?@.v == 2 && @.n != 'q'].n", "\"s\"")]
    [InlineData("$.objects[?@.n == 's' || @.v == 1].n", "\"p\"")]
    [InlineData("$.objects[?!(@.v == 1)].n", "\"q\"")]
    [InlineData("$.objects[?@.none]", null)]
    [InlineData("$.objects[?!@.none].n", "\"p\"")]
    [InlineData("$.objects[?@.v >= $.objects[1].v].n", "\"q\"")]
    [InlineData("$.objects[?@.none == $.none].n", "\"p\"")]
    [InlineData("$.objects[?@['n'] == \"q\"]['n']", "\"q\"")]
    [InlineData("$[?@ == null]", "null")]
    [InlineData("$.list[?length(@) > 4]", "\"web_user\"")]
    [InlineData("$[?length(@) == 6]", "\"accent\"")]
    [InlineData("$[?length(@) == 0]", "{}")]
    [InlineData("$[?length(@.b) == 2].b", "\"ab\"")]
    [InlineData("$.list[?length(@) == length($.nothing)]", "3")]
    [InlineData("$.list[?length('\\ud83d\\ude00') == 1]", "\"zero\"")]
    [InlineData("$[?count(@.*) == 4]", "[\"zero\",\"web_user\",\"two\",3]")]
    [InlineData("$.objects[?count($.list[*]) == 4].n", "\"p\"")]
    [InlineData("$.objects[?count(@..*) > 2]", null)]
    [InlineData("$.list[?match(@, 'w.*r')]", "\"web_user\"")]
    [InlineData("$.list[?match(@, 'web')]", null)]
    [InlineData("$.list[?match(@, 'tw|two')]", "\"two\"")]
    [InlineData("$.list[?match(@, $.list[2])]", "\"two\"")]
    [InlineData("$.list[?match(@, '[a-z]+')]", "\"zero\"")]
    [InlineData("$.list[?match(@, '\\\\p{Ll}+_\\\\p{L}+')]", "\"web_user\"")]
    [InlineData("$.list[?search(@, '[.$]')]", null)]
    [InlineData("$.list[?search(@, $.objects)]", null)]
    [InlineData("$.objects[?value(@..v) == 2].n", "\"q\"")]
    [InlineData("$.objects[?value(@.*) == 1].n", null)]
    [InlineData("$.objects[?value(@.*) == value(@.nothing)].n", "\"p\"")]
    [InlineData("$.list[?@ > '\\ue000']", null)]
    [InlineData("$", Claims)]
    public void A_JSON_Path_selects_the_first_node(string path, string? expected) => Selects(path, expected);

    [Theory]
    [InlineData(".role", "\"r\"")]
    [InlineData(".a.b", "\"ab\"")]
    [InlineData(".a.\"x-y\"", "\"xy\"")]
    [InlineData(".\"https://x.test/role\"", "\"url\"")]
    [InlineData(".list[1]", "\"web_user\"")]
    [InlineData(".list[9]", null)]
    [InlineData(".role[0]", null)]
    [InlineData(".list.a", null)]
    [InlineData(".list[?(@ == \"two\")]", "\"two\"")]
    [InlineData(".list[?(@ != \"zero\")]", "\"web_user\"")]
    [InlineData(".list[?(@ ^== \"web\")]", "\"web_user\"")]
    [InlineData(".list[?(@ ==^ \"o\")]", "\"zero\"")]
    [InlineData(".list[?(@ *== \"_\")]", "\"web_user\"")]
    [InlineData(".list[?(@==\"nobody\")]", null)]
    [InlineData(".a[?(@ == \"x\")]", null)]
    public void A_legacy_path_selects_a_value_and_warns(string path, string? expected)
    {
        Selects(path, expected);
        Assert.Equal(2, Tokens.With(Tokens.Config() with { JwtRoleClaimKey = path }).Warnings.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("role")]
    [InlineData("$.")]
    [InlineData("$.role ")]
    [InlineData(" $.role")]
    [InlineData("$.role x")]
    [InlineData("$..")]
    [InlineData("$.1a")]
    [InlineData("$.a-b")]
    [InlineData("$[")]
    [InlineData("$[]")]
    [InlineData("$['a]")]
    [InlineData("$['\\x']")]
    [InlineData("$[01]")]
    [InlineData("$[-0]")]
    [InlineData("$[9007199254740992]")]
    [InlineData("$[1.5]")]
    [InlineData("$[?]")]
    [InlineData("$[?@ ==]")]
    [InlineData("$[?1]")]
    [InlineData("$[?@.* == 1]")]
    [InlineData("$[?@ == 1")]
    [InlineData("$[?length(@)]")]
    [InlineData("$[?!length(@)]")]
    [InlineData("$[?length() == 1]")]
    [InlineData("$[?length(@, @) == 1]")]
    [InlineData("$[?length(@.*) == 1]")]
    [InlineData("$[?length(match(@, 'a')) == 1]")]
    [InlineData("$[?Length(@) == 1]")]
    [InlineData("$[?length (@) == 1]")]
    [InlineData("$[?count(1) == 1]")]
    [InlineData("$[?count('a') == 1]")]
    [InlineData("$[?count(@)]")]
    [InlineData("$[?count(length(@)) == 1]")]
    [InlineData("$[?value(@)]")]
    [InlineData("$[?value(1) == 1]")]
    [InlineData("$[?match(@, 'a') == true]")]
    [InlineData("$[?match(@.*, 'a')]")]
    [InlineData("$[?match(@)]")]
    [InlineData("$[?match(@, '(?=a)')]")]
    [InlineData("$[?unknown(@)]")]
    [InlineData("$['\\ud800']")]
    [InlineData("$['\\ude00\\ud83d']")]
    [InlineData("$[?@ == '\\ud800']")]
    [InlineData("$[?search(@, '(')]")]
    [InlineData("$[?search(@)]")]
    [InlineData("$[?@ = 1]")]
    [InlineData("$[?@ & 1]")]
    [InlineData(".")]
    [InlineData(".a b")]
    [InlineData(".a-b")]
    [InlineData(".\"a")]
    [InlineData(".a[x]")]
    [InlineData(".a[1")]
    [InlineData(".a[?(@ ~ \"x\")]")]
    [InlineData(".a[?(@ == 'x')]")]
    [InlineData(".a[?(@ == \"x\")].b")]
    public void A_path_of_neither_language_is_a_configuration_error(string path)
    {
        var error = Assert.Throws<ConfigException>(() => RoleClaimPath.Parse(path));

        Assert.StartsWith($"failed to parse role-claim-key value ({path})", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_of_a_path_is_a_path_or_a_configuration_error()
    {
        foreach (var path in (string[])["$.a['x-y'][?search(@.b, '^x') && (@[1:2:3] || !@..c == \"\\u00e9\")]", ".a.\"b c\"[0][?(@ ^== \"x\")]"])
        {
            for (var length = 0; length < path.Length; length++)
            {
                try
                {
                    RoleClaimPath.Parse(path[..length]);
                }
                catch (ConfigException)
                {
                }
            }
        }
    }

    [Fact]
    public void Filters_nested_without_end_are_refused() =>
        Assert.Throws<ConfigException>(() => RoleClaimPath.Parse("$[?" + new string('(', 100_000)));

    [Fact]
    public void Functions_nested_without_end_are_refused() =>
        Assert.Throws<ConfigException>(() => RoleClaimPath.Parse("$[?" + string.Concat(Enumerable.Repeat("length(", 100_000))));

    [Theory]
    [InlineData("a\n", "search", "^a$", false)]
    [InlineData("a\nb", "match", "a.b", false)]
    [InlineData("a\rb", "match", "a.b", false)]
    [InlineData("axb", "match", "a.b", true)]
    [InlineData("a", "match", "a|b", true)]
    [InlineData("xb", "match", "a|b", false)]
    [InlineData("xb", "search", "a|b", true)]
    public void Dot_and_dollar_stop_at_no_line_feed(string text, string function, string pattern, bool found)
    {
        using var claims = JsonDocument.Parse(JsonSerializer.Serialize(new[] { text }));

        Assert.Equal(found, RoleClaimPath.Parse($"$[?{function}(@, '{pattern}')]").Find(claims.RootElement) is not null);
    }

    [Fact]
    public void A_pattern_that_would_backtrack_for_ever_ends()
    {
        var path = RoleClaimPath.Parse("$[?search(@, '(a+)+$')]");
        using var claims = JsonDocument.Parse($$"""{"x":"{{new string('a', 30_000)}}b"}""");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Null(path.Find(claims.RootElement));
        Assert.True(watch.ElapsedMilliseconds < 2000);
    }

    static void Selects(string path, string? expected)
    {
        using var claims = JsonDocument.Parse(Claims);
        var found = RoleClaimPath.Parse(path).Find(claims.RootElement);
        if (expected is null)
        {
            Assert.Null(found);
            return;
        }

        using var wanted = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, found!.Value), found.Value.GetRawText());
    }
}
