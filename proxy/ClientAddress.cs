using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace AutoRest.Proxy;

/// <summary>
/// Who asks, by which scheme and for which host: what a trusted proxy in front says, and otherwise the connection itself. Whatever else a client
/// says about it is removed, so that the servers behind see only what this proxy knows (it writes the <c>X-Forwarded-*</c> headers anew).
/// </summary>
sealed class ClientAddress
{
    static readonly string[] Others = ["Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Cluster-Client-IP"];

    readonly IReadOnlyList<IPNetwork> _trusted;
    readonly ForwardedHeadersMiddleware _reader;

    public ClientAddress(ForwardedSettings settings, ILoggerFactory logs)
    {
        _trusted = settings.Networks();
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            // Every entry up to the first that no trusted proxy wrote.
            ForwardLimit = null,
        };
        // Loopback is in them from the start.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in _trusted)
        {
            options.KnownIPNetworks.Add(network);
        }

        _reader = new ForwardedHeadersMiddleware(static _ => Task.CompletedTask, logs, Options.Create(options));
    }

    /// <summary>Sets the request's client address, scheme and host, and removes the headers they came from.</summary>
    public void Establish(HttpContext context)
    {
        var headers = context.Request.Headers;
        var peer = context.Connection.RemoteIpAddress;
        var trusted = IsTrusted(peer);
        if (trusted)
        {
            // With an empty list the middleware would believe everybody.
            _reader.ApplyForwarders(context);
        }

        foreach (var name in headers.Keys.Where(IsAboutTheClient).ToList())
        {
            headers.Remove(name);
            if (!trusted)
            {
                context.Items[typeof(ClientAddress)] = true;
            }
        }
    }

    /// <summary>Whether the client is this machine itself: not one that came through another proxy here that nobody trusts.</summary>
    public static bool IsLoopback(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !context.Items.ContainsKey(typeof(ClientAddress));

    bool IsTrusted(IPAddress? peer)
    {
        if (peer is null || _trusted.Count == 0)
        {
            return false;
        }

        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return _trusted.Any(network => network.Contains(address));
    }

    static bool IsAboutTheClient(string name) =>
        name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || Others.Contains(name, StringComparer.OrdinalIgnoreCase);
}
