using System.Text.Json;
using AutoRest.Server.Configuration;

namespace AutoRest.Server.Auth;

/// <summary>Where the claims hold the role. Parsed once per configuration.</summary>
/// <remarks>contract/auth.md §4.3: first JSON Path (begins with <c>$</c>), else the legacy path (begins with <c>.</c> or <c>[</c>).</remarks>
sealed class RoleClaimPath
{
    readonly string _member;

    RoleClaimPath(string member) => _member = member;

    public bool IsLegacy { get; private init; }

    public JsonElement? Find(JsonElement claims) => claims.TryGetProperty(_member, out var v) ? v : null;

    public static RoleClaimPath Parse(string text) => text.StartsWith("$.", StringComparison.Ordinal)
        ? new RoleClaimPath(text[2..])
        : throw new ConfigException($"failed to parse role-claim-key value ({text})");
}
