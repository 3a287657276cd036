using AutoRest.Server.Configuration;
using Xunit;
using static AutoRest.Config.Tests.SettingTests;

namespace AutoRest.Config.Tests;

public class ConfigTextTests
{
    [Fact]
    public void The_dump_is_sorted_and_complete()
    {
        var config = ConfigLoader.Load(Env(("PGRST_APP_SETTINGS_x", "a\"b"), ("PGRST_SERVER_HOST", "127.0.0.1")));
        var lines = ConfigText.Dump(config).TrimEnd('\n').Split('\n');

        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
        Assert.Equal(Setting.All.Length + 1, lines.Length);
        Assert.Contains("app.settings.x = \"a\\\"b\"", lines);
        Assert.Contains("admin-server-host = \"127.0.0.1\"", lines);
        Assert.Contains("admin-server-port = \"\"", lines);
        Assert.Contains("db-max-rows = \"\"", lines);
        Assert.Contains("db-uri = \"postgresql://\"", lines);
        Assert.Contains("jwt-role-claim-key = \"$$.role\"", lines);
        Assert.Contains("db-hoisted-tx-settings = \"statement_timeout,plan_filter.statement_cost_limit,default_transaction_isolation\"", lines);
    }

    [Fact]
    public void The_dump_of_every_recorded_configuration_loads_to_the_same_dump()
    {
        Assert.SkipWhen(Recorded.Directory is null, "the recorded cases are not here");
        foreach (var name in Recorded.Configs())
        {
            var dump = ConfigText.Dump(ConfigLoader.Load(Recorded.Settings(name)));

            Assert.Equal(dump, ConfigText.Dump(ConfigLoader.Load(Env(), ConfigFile.Parse(dump, Env()))));
        }
    }

    [Fact]
    public void A_redacted_dump_holds_no_secret()
    {
        var config = ConfigLoader.Load(Env(
            ("PGRST_DB_URI", "postgres://u:hidden@h"), ("PGRST_JWT_SECRET", "hidden"), ("AUTOREST_DB_LISTEN_URI", "password=hidden"), ("AUTOREST_POOLER_STATS_URI", "password=hidden"), ("PGRST_APP_SETTINGS_K", "hidden")));

        Assert.DoesNotContain("hidden", ConfigText.Dump(config, redacted: true), StringComparison.Ordinal);
        Assert.Equal(5, ConfigText.Dump(config).Split("hidden").Length - 1);
    }

    [Fact]
    public void The_sample_file_is_loadable_and_changes_nothing()
    {
        var values = ConfigFile.Parse(ConfigText.Example(), Env());

        Assert.Equal(ConfigText.Dump(new AppConfig()), ConfigText.Dump(ConfigLoader.Load(Env(), values)));
        Assert.All(Setting.All, s => Assert.Contains(s.Name + " = ", ConfigText.Example(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_documented_table_is_the_table_of_settings()
    {
        var path = RepositoryFile("docs/configuration.md");
        Assert.SkipWhen(path is null, "the documentation is not here");
        const string Begin = "<!-- settings: generated -->\n";
        const string End = "<!-- end of settings -->";
        var text = File.ReadAllText(path!);
        var start = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("UPDATE_CASES") == "1" && Environment.GetEnvironmentVariable("CI") is null)
        {
            File.WriteAllText(path!, text[..start] + ConfigText.MarkdownTable() + text[end..]);
            return;
        }

        Assert.Equal(ConfigText.MarkdownTable(), text[start..end]);
    }

    internal static string? RepositoryFile(string name)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "AutoRest.slnx")))
            {
                var path = Path.Combine(directory.FullName, name);
                return File.Exists(path) ? path : null;
            }
        }

        return null;
    }
}
