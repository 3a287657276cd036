using AutoRest.Server.Configuration;
using Xunit;
using static AutoRest.Config.Tests.SettingTests;

namespace AutoRest.Config.Tests;

/// <summary>contract/configuration.md §2.</summary>
public class ConfigFileTests
{
    static readonly Dictionary<string, string> Variables = Env(("HOME_VAR", "from env"), ("a", "env a"));

    [Theory]
    [InlineData("", "")]
    [InlineData("# only a comment", "")]
    [InlineData("a = \"x\"", "a=x")]
    [InlineData("a=\"x\"#comment", "a=x")]
    [InlineData("  a = \"x\"  # comment\n\n\tb = 1\r\nc = true", "a=x; b=1; c=true")]
    [InlineData("a =\n  # why\n  \"x\"", "a=x")]
    [InlineData("a = \"1\"\na = \"2\"", "a=2")]
    [InlineData("a = \"x\ny\"", "a=x\ny")]
    [InlineData("a = \"\\n\\t\\r\\\"\\\\\"", "a=\n\t\r\"\\")]
    [InlineData("a = \"\\u00e9\\ud83d\\ude00\"", "a=é😀")]
    [InlineData("a = \"# no comment\"", "a=# no comment")]
    [InlineData("a = 1.5e+3", "a=1.5e+3")]
    [InlineData("a = on\nb = off", "a=on; b=off")]
    [InlineData("a = [ 1 , \"x\",\n [true] ]", "a=")]
    [InlineData("a = []", "a=")]
    [InlineData("a.b-c_d.é1 = 1", "a.b-c_d.é1=1")]
    [InlineData("g { a = 1\n b = 2\n}", "g.a=1; g.b=2")]
    [InlineData("g {\n a = 1 # c\n h { b = 2 }\n}\nc = 3", "g.a=1; g.h.b=2; c=3")]
    [InlineData("g{a=1}", "g.a=1")]
    [InlineData("g { }", "")]
    [InlineData("#; a = 1\nb = 2", "b=2")]
    [InlineData("#;g { a = 1\n b = \"\n\" }\nc = 2", "c=2")]
    [InlineData("#; #; a = 1", "")]
    [InlineData("#; import \"/no/such/file\"", "")]
    [InlineData("#; a = \"$(nobody) $\"", "")]
    [InlineData("import-x = 1\nimportant = 2\nimport.a = 3", "import-x=1; important=2; import.a=3")]
    [InlineData("a = \"100$$\"", "a=100$")]
    [InlineData("a = \"pa$$$$word\"", "a=pa$$word")]
    [InlineData("a = \"x\"\nb = \"<$(a)>\"", "a=x; b=<x>")]
    [InlineData("b = \"<$(a)>\"", "b=<env a>")]
    [InlineData("b = \"$(HOME_VAR)\"", "b=from env")]
    [InlineData("n = 5\nb = \"$(n)\"", "n=5; b=5")]
    [InlineData("x = \"out\"\ng { x = \"in\"\n y = \"$(x)\"\n h { z = \"$(x)\" } }\nw = \"$(x)\"", "x=out; g.x=in; g.y=in; g.h.z=in; w=out")]
    [InlineData("g { y = \"$(x.y)\" }\n", null)]
    [InlineData("a = [\"$ is free in lists\"]", "a=")]
    [InlineData("a", null)]
    [InlineData("a =", null)]
    [InlineData("a = ", null)]
    [InlineData("= 1", null)]
    [InlineData("1a = 1", null)]
    [InlineData("a. = 1", null)]
    [InlineData("a = 1 b = 2", null)]
    [InlineData("a = x", null)]
    [InlineData("a = True", null)]
    [InlineData("a = yes", null)]
    [InlineData("a = truest", null)]
    [InlineData("a = -1", null)]
    [InlineData("a = 1.", null)]
    [InlineData("a = 1e", null)]
    [InlineData("a = 'x'", null)]
    [InlineData("a = \"x", null)]
    [InlineData("a = \"\\x\"", null)]
    [InlineData("a = \"\\u12\"", null)]
    [InlineData("a = \"\\ud83d\"", null)]
    [InlineData("a = \"\\ude00\"", null)]
    [InlineData("a = \"\\ud83dx\"", null)]
    [InlineData("a = [1", null)]
    [InlineData("a = [1,]", null)]
    [InlineData("a = [1 2]", null)]
    [InlineData("g {", null)]
    [InlineData("g { a = 1", null)]
    [InlineData("}", null)]
    [InlineData("g { a = 1 } }", null)]
    [InlineData("g\n{ }", null)]
    [InlineData("#; a = ", null)]
    [InlineData("#;", null)]
    [InlineData("import", null)]
    [InlineData("import x", null)]
    [InlineData("import \"/no/such/file\"", null)]
    [InlineData("a = \"$\"", null)]
    [InlineData("a = \"$x\"", null)]
    [InlineData("a = \"$(x\"", null)]
    [InlineData("a = \"$(nobody)\"", null)]
    [InlineData("t = true\na = \"$(t)\"", null)]
    [InlineData("t = [1]\na = \"$(t)\"", null)]
    public void A_file_is_read_or_refused(string text, string? expected)
    {
        if (expected is null)
        {
            var error = Assert.Throws<ConfigException>(() => ConfigFile.Parse(text, Variables));
            Assert.StartsWith("Error in config /", error.StartupText, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(Sorted(expected.Split("; ")), Sorted(ConfigFile.Parse(text, Variables).Select(v => $"{v.Key}={v.Value.Literal}")));

        static string Sorted(IEnumerable<string> items) => string.Join("; ", items.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_prefix_of_a_file_is_read_or_refused_with_a_ConfigException()
    {
        const string Text = "a = \"x\\u00e9 $$ $(a)\" # c\ng { b = [1, true]\n #; h { c = 1e-5 }\n}\nimport \"/no/such\"\n";
        for (var length = 0; length <= Text.Length; length++)
        {
            try
            {
                ConfigFile.Parse(Text[..length], Variables);
            }
            catch (ConfigException)
            {
            }
        }
    }

    [Fact]
    public void Groups_and_lists_nested_without_end_are_refused()
    {
        Assert.Throws<ConfigException>(() => ConfigFile.Parse("a = " + new string('[', 100_000), Variables));
        Assert.Throws<ConfigException>(() => ConfigFile.Parse(string.Concat(Enumerable.Repeat("g {", 100_000)), Variables));
    }

    [Fact]
    public void The_line_of_an_error_is_named() =>
        Assert.Contains(":3: ", Assert.Throws<ConfigException>(() => ConfigFile.Parse("a = 1\nb = 2\nc = x", Variables)).Message, StringComparison.Ordinal);

    [Fact]
    public void Imports_are_relative_to_the_importing_file_and_take_its_group()
    {
        var directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(directory, "sub"));
            File.WriteAllText(Path.Combine(directory, "main.conf"), "\uFEFFx = \"1\"\ng {\n import \"sub/a.conf\"\n}\nlast = \"$(g.a)\"\n");
            File.WriteAllText(Path.Combine(directory, "sub", "a.conf"), "a = \"from a\"\nimport \"b.conf\"");
            File.WriteAllText(Path.Combine(directory, "sub", "b.conf"), $"b = \"$(x)\"\nimport \"{directory}/sub/c.conf\"");
            File.WriteAllText(Path.Combine(directory, "sub", "c.conf"), "");
            var values = ConfigFile.Read(Path.Combine(directory, "main.conf"), Variables);
            Assert.Equal("g.a=from a g.b=1 last=from a x=1", string.Join(' ', values.Select(v => $"{v.Key}={v.Value.Literal}").Order(StringComparer.Ordinal)));

            File.WriteAllText(Path.Combine(directory, "sub", "c.conf"), "import \"a.conf\"");
            Assert.Throws<ConfigException>(() => ConfigFile.Read(Path.Combine(directory, "main.conf"), Variables));

            File.WriteAllBytes(Path.Combine(directory, "main.conf"), [.. "a = \""u8, 0xFF, .. "\""u8]);
            Assert.EndsWith("not UTF-8", Assert.Throws<ConfigException>(() => ConfigFile.Read(Path.Combine(directory, "main.conf"), Variables)).Message, StringComparison.Ordinal);
            Assert.Throws<ConfigException>(() => ConfigFile.Read(Path.Combine(directory, "nothing.conf"), Variables));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
