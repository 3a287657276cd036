namespace AutoRest.Server.Configuration;

/// <summary>The configuration cannot be used. The texts are part of the contract: operators search logs for them.</summary>
/// <remarks>contract/configuration.md §5.</remarks>
public sealed class ConfigException : Exception
{
    public ConfigException(string message)
        : base(message)
    {
    }

    ConfigException(string message, bool bare)
        : base(message) => IsBare = bare;

    /// <summary>Input/output kind of failure (an unreadable <c>@file</c>, a short secret): printed without a prefix.</summary>
    public bool IsBare { get; }

    /// <summary>What is printed on stderr at startup, before exit code 1.</summary>
    public string StartupText => IsBare ? Message : "Error in config " + Message;

    /// <summary>What is logged when a reload is refused.</summary>
    public string ReloadText => "Failed reloading config: " + Message;

    internal static ConfigException Bare(string message) => new(message, bare: true);
}
