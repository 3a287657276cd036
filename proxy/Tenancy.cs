using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Model;

namespace AutoRest.Proxy;

/// <summary>
/// Tenants by host name. The table is the allow-list: the host chooses the tenant, and nothing that a client sends does. What a route needs to know
/// lies in its metadata, so that a changed table takes effect together with its routes.
/// </summary>
sealed class Tenancy
{
    /// <summary>Metadata of a route with tenants: the header to set, or empty for the schema headers.</summary>
    const string By = "Tenants.By";

    /// <summary>Metadata of a route with tenants: this and the label → the schema or value.</summary>
    const string Tenant = "Tenant.";

    /// <summary>Metadata of the other routes: this and a schema that belongs to a tenant.</summary>
    const string Foreign = "Tenants.Schema.";

    static readonly FrozenSet<string> NotForTenants = new[]
    {
        "Host", "Authorization", "Cookie", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Accept", "Prefer", "Range",
        "Accept-Profile", "Content-Profile",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    static readonly string[] ProfileHeaders = ["Accept-Profile", "Content-Profile"];

    readonly Dictionary<string, string> _foreign;

    /// <exception cref="SettingException">A table cannot work.</exception>
    public Tenancy(HostTable table)
    {
        foreach (var (host, entry) in table.Hosts.Where(row => row.Value.Tenants is not null))
        {
            Check(host, entry.Tenants!);
        }

        var tables = table.Hosts.Values.Select(entry => entry.Tenants).OfType<TenantTable>().ToList();
        Headers = [.. tables.Select(tenants => tenants.Header).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
        _foreign = tables.SelectMany(tenants => tenants.Schemas.Values).Distinct(StringComparer.Ordinal).ToDictionary(schema => Foreign + schema, _ => "");
    }

    /// <summary>Every header that carries a tenant, of whatever row.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>What <see cref="Choose"/> reads again; <see langword="null"/> where nothing is to be done.</summary>
    public IReadOnlyDictionary<string, string>? Metadata(string host, HostEntry entry)
    {
        if (entry.Tenants is not { } tenants)
        {
            return _foreign.Count == 0 ? null : _foreign;
        }

        var metadata = new Dictionary<string, string> { [By] = tenants.Header ?? "" };
        foreach (var (label, value) in tenants.Header is null ? tenants.Schemas : tenants.Values)
        {
            metadata[$"{Tenant}{label.ToLowerInvariant()}{host[1..].ToLowerInvariant()}"] = value;
        }

        // Tenants by header share their schemas, but not those of tenants by schema.
        if (tenants.Header is not null)
        {
            foreach (var (key, value) in _foreign)
            {
                metadata[key] = value;
            }
        }

        return metadata;
    }

    /// <summary>Tells the server which tenant the host stands for, or answers 404 where the table has none; then the request must not be forwarded.</summary>
    /// <returns>The answer that refuses the request.</returns>
    public static ProxyError? Choose(HttpContext context)
    {
        if (context.GetReverseProxyFeature().Route.Config.Metadata is not { } metadata)
        {
            return null;
        }

        var headers = context.Request.Headers;
        var host = context.Request.Host.Host;
        if (!metadata.TryGetValue(By, out var by))
        {
            return RefuseForeign(headers, metadata, host);
        }

        if (!metadata.TryGetValue(Tenant + host.ToLowerInvariant(), out var value))
        {
            return ProxyError.UnknownTenant(host);
        }

        if (by.Length == 0)
        {
            // Both: which one counts depends on the method, and the other is ignored.
            foreach (var name in ProfileHeaders)
            {
                headers[name] = value;
            }

            return null;
        }

        // Set after the route's transform would have removed it: Outgoing puts it on the request to the server.
        context.Items[typeof(Tenancy)] = new KeyValuePair<string, string>(by, value);
        return RefuseForeign(headers, metadata, host);
    }

    /// <summary>The tenant's header for the request to the server, once <see cref="Choose"/> has found one.</summary>
    public static KeyValuePair<string, string>? Header(HttpContext context) => context.Items[typeof(Tenancy)] as KeyValuePair<string, string>?;

    // The server behind a shared host exposes the tenants' schemas, too: there, they must not be had by naming them.
    static ProxyError? RefuseForeign(IHeaderDictionary headers, IReadOnlyDictionary<string, string> metadata, string host)
    {
        foreach (var name in ProfileHeaders)
        {
            if (headers.TryGetValue(name, out var schemas) && IsForeign(schemas, metadata))
            {
                return ProxyError.SchemaOfTenant(host);
            }
        }

        return null;
    }

    static bool IsForeign(StringValues schemas, IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var schema in schemas)
        {
            if (metadata.ContainsKey(Foreign + schema?.Trim()))
            {
                return true;
            }
        }

        return false;
    }

    static void Check(string host, TenantTable tenants)
    {
        if (!host.StartsWith("*.", StringComparison.Ordinal))
        {
            throw new SettingException($"Host \"{host}\" has Tenants but is one name: write \"*.{host}\", and the first label of a name chooses the tenant.");
        }

        var (rows, unused) = tenants.Header is null ? (tenants.Schemas, tenants.Values) : (tenants.Values, tenants.Schemas);
        if (rows.Count == 0 || unused.Count > 0)
        {
            throw new SettingException($"Tenants of host \"{host}\" need either Schemas (label → schema), or Header and Values (label → value).");
        }

        if (tenants.Header is { } header && (header.Length == 0 || !header.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-') || NotForTenants.Contains(header)))
        {
            throw new SettingException($"Header \"{header}\" of the tenants of host \"{host}\" cannot be used: choose a name of its own such as \"X-Tenant-Id\".");
        }

        foreach (var (label, value) in rows)
        {
            if (label.Length is 0 or > 63 || !label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                throw new SettingException($"Tenant \"{label}\" of host \"{host}\" is not one label of a host name: use letters, digits and hyphens.");
            }

            if (value.Length == 0 || !value.All(static c => c is >= ' ' and <= '~'))
            {
                throw new SettingException($"Tenant \"{label}\" of host \"{host}\" needs a value of printable ASCII characters.");
            }
        }
    }
}
