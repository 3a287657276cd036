using System.Text;

namespace AutoRest.Server.Configuration;

/// <summary>The texts about the configuration: <c>--dump-config</c>, <c>--example</c>, and the table of the documentation.</summary>
/// <remarks>contract/configuration.md §9.</remarks>
public static class ConfigText
{
    /// <summary>Every setting as <c>name = value</c>, sorted by line. It can be used as a configuration file.</summary>
    /// <param name="redacted">Leaves out values that are secrets; otherwise the text holds them.</param>
    public static string Dump(AppConfig config, bool redacted = false)
    {
        var lines = Setting.All
            .Select(s => $"{s.Name} = {(redacted && s.IsSecret ? Setting.Quote("***") : s.Dump(config))}")
            .Concat(config.AppSettings.Select(s => $"{s.Key} = {Setting.Quote(redacted ? "***" : s.Value)}"))
            .Order(StringComparer.Ordinal);
        return string.Concat(lines.Select(line => line + "\n"));
    }

    /// <summary>A configuration file to start from: settings with a default are written out, the others commented out.</summary>
    public static string Example()
    {
        var defaults = new AppConfig();
        var text = new StringBuilder();
        text.Append("## AutoRest: sample configuration. Every setting may also be given in the environment (the name in brackets), which wins.\n");
        text.Append("## Texts stand in double quotes; a dollar sign in them is written twice.\n");
        foreach (var setting in Setting.All)
        {
            var value = setting.Dump(defaults);
            var isSet = value != Setting.Quote(null) && !setting.IsDerived;
            text.Append("\n## ").Append(setting.Meaning.Replace("`", "", StringComparison.Ordinal));
            text.Append("\n## ").Append(setting.Type.Replace("`", "", StringComparison.Ordinal)).Append(" [").Append(Setting.EnvironmentName(setting.Name)).Append("]\n");
            text.Append(isSet ? "" : "# ").Append(setting.Name).Append(" = ").Append(value).Append('\n');
        }

        text.Append("\n## Settings for your own functions: current_setting('app.settings.name', true) [PGRST_APP_SETTINGS_NAME]\n");
        text.Append("# app.settings.name = \"value\"\n");
        return text.ToString();
    }

    /// <summary>The table of docs/configuration.md.</summary>
    public static string MarkdownTable()
    {
        var defaults = new AppConfig();
        var text = new StringBuilder();
        text.Append("| Setting | Environment | In the database | Type | Default | Reload | Meaning |\n");
        text.Append("|---|---|---|---|---|---|---|\n");
        foreach (var setting in Setting.All)
        {
            var value = setting.IsDerived ? "" : setting.Name == "jwt-role-claim-key" ? defaults.JwtRoleClaimKey : setting.Dump(defaults).Trim('"');
            text.Append("| `").Append(setting.Name).Append('`').Append(setting.Alias is null ? "" : $" (older: `{setting.Alias}`)");
            text.Append(" | `").Append(Setting.EnvironmentName(setting.Name)).Append('`');
            text.Append(" | ").Append(setting.InDatabase ? $"`{Setting.DatabaseName(setting.Name)}`" : "–");
            text.Append(" | ").Append(setting.Type);
            text.Append(" | ").Append(value.Length == 0 ? "unset" : $"`{value}`");
            text.Append(" | ").Append(setting.Reloadable ? "yes" : "no");
            text.Append(" | ").Append(setting.Meaning).Append(" |\n");
        }

        return text.ToString();
    }
}
