using System.Collections.Frozen;
using AutoRest.Introspection;

namespace AutoRest.Server.Configuration;

/// <summary>
/// What a request sees of the world: read once at its top and passed down. A reload builds a new one completely and publishes it with one
/// reference write.
/// </summary>
/// <param name="Schema">Null until the first load succeeded: PGRST002.</param>
/// <param name="Roles">Settings of the roles requests may run as (contract/schema-cache.md §9).</param>
/// <param name="ServerVersion"><c>server_version_num</c>; 0 before the first connection.</param>
public sealed record Snapshot(AppConfig Config, SchemaCache? Schema, FrozenDictionary<string, RoleSettings> Roles, int ServerVersion);
