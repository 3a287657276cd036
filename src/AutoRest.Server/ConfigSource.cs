using AutoRest.Server.Configuration;

namespace AutoRest.Server;

/// <summary>Where the configuration comes from: process environment and file, read again at every reload.</summary>
public sealed class ConfigSource(string? file)
{
    /// <exception cref="ConfigException">A setting is invalid.</exception>
    public AppConfig Load() => ConfigLoader.Load(ConfigLoader.ProcessEnvironment(), ReadFile());

    /// <exception cref="ConfigException">A setting is invalid: the running configuration stays.</exception>
    public AppConfig Reload(AppConfig running, IReadOnlyDictionary<string, string>? inDatabase) =>
        ConfigLoader.Reload(running, ConfigLoader.ProcessEnvironment(), ReadFile(), inDatabase);

    /// <summary>Settings that no longer exist but were given.</summary>
    public IEnumerable<string> Warnings() => ConfigLoader.Warnings(ConfigLoader.ProcessEnvironment(), ReadFile());

    IReadOnlyDictionary<string, ConfigValue>? ReadFile() => file is null ? null : ConfigFile.Read(file, ConfigLoader.ProcessEnvironment());
}
