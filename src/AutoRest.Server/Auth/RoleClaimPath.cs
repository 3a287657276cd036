using System.Text.Json;
using AutoRest.Server.Configuration;

namespace AutoRest.Server.Auth;

/// <summary>Where the claims hold the role: <c>jwt-role-claim-key</c>, parsed once per configuration.</summary>
/// <remarks>contract/auth.md §4.3. The two languages do not overlap: JSON Path begins with <c>$</c>, the legacy one with <c>.</c> or <c>[</c>.</remarks>
sealed class RoleClaimPath
{
    readonly JsonPath? _path;
    readonly LegacyRolePath? _legacy;

    RoleClaimPath(JsonPath? path, LegacyRolePath? legacy)
    {
        _path = path;
        _legacy = legacy;
    }

    /// <summary>The deprecated language; a warning is due.</summary>
    public bool IsLegacy => _legacy is not null;

    /// <exception cref="ConfigException">Neither language.</exception>
    public static RoleClaimPath Parse(string text)
    {
        try
        {
            return text.StartsWith('$')
                ? new RoleClaimPath(JsonPathParser.Parse(text), null)
                : new RoleClaimPath(null, LegacyRolePath.Parse(text));
        }
        catch (FormatException error)
        {
            throw new ConfigException($"failed to parse role-claim-key value ({text}): {error.Message}");
        }
    }

    /// <summary>The first node the path selects; null is "no role claim".</summary>
    public JsonElement? Find(JsonElement claims)
    {
        if (_legacy is not null)
        {
            return _legacy.Find(claims);
        }

        foreach (var node in _path!.Select(claims))
        {
            return node;
        }

        return null;
    }
}
