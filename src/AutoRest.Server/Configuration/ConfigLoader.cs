using System.Collections;
using System.Collections.Immutable;
using System.Text;

namespace AutoRest.Server.Configuration;

/// <summary>Merges the sources of settings into an <see cref="AppConfig"/>.</summary>
/// <remarks>
/// contract/configuration.md §1: per setting, the database wins over the environment, that over the file, that over the default. The first source
/// that has an entry wins even when the entry is empty or cannot be converted.
/// <para>
/// The role claim path and the keys are checked where they are parsed: <c>Authenticator.Check</c> has to follow, as part of loading; its
/// <see cref="ConfigException"/> is handled like one of <see cref="Load"/>. (This namespace may not name that one.)
/// </para>
/// </remarks>
public static class ConfigLoader
{
    const string AppSettingsPrefix = "app.settings.";
    const string AppSettingsEnvironmentPrefix = "PGRST_APP_SETTINGS_";

    static readonly string[] HiddenSchemas = ["pg_catalog", "information_schema"];

    /// <summary>The effective configuration.</summary>
    /// <param name="environment">Variables of the process; see <see cref="ProcessEnvironment"/>.</param>
    /// <param name="file">The parsed configuration file; see <see cref="ConfigFile.Read"/>.</param>
    /// <param name="inDatabase">Settings of the database by their full names (<c>pgrst.db_schemas</c>); see <see cref="DatabaseSettings"/>.</param>
    /// <exception cref="ConfigException">A value that is refused, contract/configuration.md §5.</exception>
    public static AppConfig Load(
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyDictionary<string, ConfigValue>? file = null,
        IReadOnlyDictionary<string, string>? inDatabase = null)
    {
        var config = new AppConfig();
        foreach (var setting in Setting.All)
        {
            foreach (var name in setting.LookupNames)
            {
                var hasDatabaseName = setting.InDatabase && name == setting.Name;
                if (Find(name, environment, file, hasDatabaseName ? inDatabase : null) is { } value && setting.Apply(config, value) is { } applied)
                {
                    config = applied;
                    break;
                }
            }
        }

        config = config with { AppSettings = AppSettings(environment, file) };
        Check(config);
        return config;
    }

    /// <summary>As <see cref="Load"/>, but settings that only count at process start stay what they were.</summary>
    /// <exception cref="ConfigException">As <see cref="Load"/>; the running configuration then stays.</exception>
    public static AppConfig Reload(
        AppConfig running,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyDictionary<string, ConfigValue>? file = null,
        IReadOnlyDictionary<string, string>? inDatabase = null)
    {
        var config = Load(environment, file, inDatabase);
        foreach (var setting in Setting.All)
        {
            if (!setting.Reloadable)
            {
                config = setting.Copy(config, running);
            }
        }

        return config;
    }

    /// <summary>One line per setting that once existed and has no effect any more; to be logged once.</summary>
    public static ImmutableArray<string> Warnings(
        IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, ConfigValue>? file = null) =>
        [.. Setting.Removed
            .Where(name => environment.ContainsKey(Setting.EnvironmentName(name)) || file?.ContainsKey(name) == true)
            .Select(name => $"The setting {name} no longer exists and has no effect.")];

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return variables;
    }

    static ConfigValue? Find(
        string name,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyDictionary<string, ConfigValue>? file,
        IReadOnlyDictionary<string, string>? inDatabase)
    {
        if (inDatabase is not null && inDatabase.TryGetValue(Setting.DatabaseName(name), out var stored))
        {
            return ConfigValue.Of(stored);
        }

        if (environment.TryGetValue(Setting.EnvironmentName(name), out var variable))
        {
            return ConfigValue.Of(variable);
        }

        if (environment.TryGetValue(Setting.FileEnvironmentName(name), out var path) && path.Length > 0)
        {
            var text = Encoding.UTF8.GetString(Secrets.ReadFile(path));
            return ConfigValue.Of(text.EndsWith('\n') ? text[..^1] : text);
        }

        return file is not null && file.TryGetValue(name, out var written) ? written : null;
    }

    static ImmutableArray<KeyValuePair<string, string>> AppSettings(
        IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, ConfigValue>? file)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in file ?? ImmutableDictionary<string, ConfigValue>.Empty)
        {
            // Only one level below app.settings is read.
            if (key.StartsWith(AppSettingsPrefix, StringComparison.Ordinal) && !key[AppSettingsPrefix.Length..].Contains('.', StringComparison.Ordinal)
                && value.Kind != ConfigValueKind.List)
            {
                settings[key] = value.Literal;
            }
        }

        foreach (var (key, value) in environment)
        {
            if (key.StartsWith(AppSettingsEnvironmentPrefix, StringComparison.Ordinal) && key.Length > AppSettingsEnvironmentPrefix.Length)
            {
                settings[AppSettingsPrefix + key[AppSettingsEnvironmentPrefix.Length..]] = value;
            }
        }

        return [.. settings];
    }

    static void Check(AppConfig config)
    {
        if (config.AdminServerPort == config.ServerPort)
        {
            throw new ConfigException("admin-server-port cannot be the same as server-port");
        }

        foreach (var schema in HiddenSchemas)
        {
            if (config.DbSchemas.Contains(schema, StringComparer.Ordinal))
            {
                throw new ConfigException($"db-schemas does not allow schema: '{schema}'");
            }
        }
    }
}
