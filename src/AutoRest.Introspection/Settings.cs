using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AutoRest.Introspection;

/// <summary>Reads <c>name=value</c> entries of <c>rolconfig</c> and <c>proconfig</c>.</summary>
static class Settings
{
    const string IsolationName = "default_transaction_isolation";

    public static ConfigEntry Parse(string entry)
    {
        var at = entry.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? new ConfigEntry(entry, "") : new ConfigEntry(entry[..at], entry[(at + 1)..]);
    }

    /// <summary>The isolation level among the entries; null when there is none. contract/schema-cache.md §7.</summary>
    public static TransactionIsolation? Isolation(ImmutableArray<ConfigEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Name == IsolationName)
            {
                var value = entry.Value.AsSpan();
                var comma = value.IndexOf(',');
                value = comma < 0 ? value : value[..comma];
                return value.Equals("repeatable read", StringComparison.OrdinalIgnoreCase) ? TransactionIsolation.RepeatableRead
                    : value.Equals("serializable", StringComparison.OrdinalIgnoreCase) ? TransactionIsolation.Serializable
                    : TransactionIsolation.ReadCommitted;
            }
        }

        return null;
    }

    /// <summary>Settings by role, of the parameters that the connecting role may set. contract/schema-cache.md §9.</summary>
    public static FrozenDictionary<string, RoleSettings> OfRoles(IEnumerable<RoleSettingRow> rows, FrozenSet<string> settable)
    {
        var roles = new Dictionary<string, RoleSettings>(StringComparer.Ordinal);
        foreach (var role in rows.GroupBy(r => r.Role, r => Parse(r.Entry), StringComparer.Ordinal))
        {
            var entries = role.Where(e => settable.Contains(e.Name)).ToImmutableArray();
            if (!entries.IsEmpty)
            {
                roles.Add(role.Key, new RoleSettings(Isolation(entries), [.. entries.Where(e => e.Name != IsolationName)]));
            }
        }

        return roles.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
