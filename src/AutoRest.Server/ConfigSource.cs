using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;

namespace AutoRest.Server;

/// <summary>Where the configuration comes from: process environment and file, read again at every reload.</summary>
public sealed class ConfigSource(string? file)
{
    /// <exception cref="ConfigException">A setting is invalid.</exception>
    public AppConfig Load() => Checked(ConfigLoader.Load(ConfigLoader.ProcessEnvironment(), ReadFile()));

    /// <exception cref="ConfigException">A setting is invalid: the running configuration stays.</exception>
    public AppConfig Reload(AppConfig running, IReadOnlyDictionary<string, string>? inDatabase) =>
        Checked(ConfigLoader.Reload(running, ConfigLoader.ProcessEnvironment(), ReadFile(), inDatabase));

    /// <summary>Settings that no longer exist but were given.</summary>
    public IEnumerable<string> Warnings() => ConfigLoader.Warnings(ConfigLoader.ProcessEnvironment(), ReadFile());

    /// <summary>Keys and role path are parsed by the authenticator, so it says whether they are good.</summary>
    static AppConfig Checked(AppConfig config)
    {
        Authenticator.Check(config);
        return config;
    }

    IReadOnlyDictionary<string, ConfigValue>? ReadFile() => file is null ? null : ConfigFile.Read(file, ConfigLoader.ProcessEnvironment());
}
