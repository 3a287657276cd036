using System.Net;

namespace AutoRest.Proxy;

/// <summary>Every setting beside the host table. Checked when read: what exists can be used.</summary>
public sealed record ProxySettings(ForwardedSettings Forwarded, LimitSettings Limits, TlsSettings Tls, StatusSettings Status)
{
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    /// <exception cref="InvalidOperationException">A value is not of its kind, for example a word where a number belongs.</exception>
    public static ProxySettings Read(IConfiguration configuration)
    {
        var settings = new ProxySettings(
            Section<ForwardedSettings>(configuration, "Forwarded"),
            Section<LimitSettings>(configuration, "Limits"),
            Section<TlsSettings>(configuration, "Tls"),
            Section<StatusSettings>(configuration, "Status"));
        settings.Limits.Check();
        settings.Tls.Check();
        settings.Status.Check();
        _ = settings.Forwarded.Networks();
        return settings;
    }

    static T Section<T>(IConfiguration configuration, string name) where T : new() => configuration.GetSection(name).Get<T>() ?? new T();
}

/// <summary>Section <c>Forwarded</c>: who may say for whom a request is.</summary>
public sealed record ForwardedSettings
{
    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of proxies in front, whose <c>X-Forwarded-*</c> is believed. None unless named.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <exception cref="SettingException">One is neither an address nor a network.</exception>
    public IReadOnlyList<IPNetwork> Networks() => [.. TrustedProxies.Select(static text =>
        IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(text, out var network) ? network
        : throw new SettingException($"\"{text}\" in Forwarded:TrustedProxies is neither an address nor a network: write it like \"10.0.0.5\" or \"10.0.0.0/8\"."))];
}

/// <summary>Section <c>Limits</c>: what is refused before a server sees it. Absent: not limited here.</summary>
public sealed record LimitSettings
{
    /// <summary>Largest request body, in bytes (413). Absent: the server behind decides.</summary>
    public long? BodyBytes { get; init; }

    /// <summary>Most bytes of all request headers together (431). Read at start only.</summary>
    public int HeaderBytes { get; init; } = 128 * 1024;

    /// <summary>Longest request line, in bytes (414). Read at start only. The default is the server's: long lists in filters are ordinary.</summary>
    public int RequestLineBytes { get; init; } = (2 * 1024 * 1024) + (64 * 1024);

    /// <summary>Most connections at a time; more are closed at once. Read at start only.</summary>
    public long? Connections { get; init; }

    /// <summary>Most requests under way at a time, over all hosts (503).</summary>
    public int? ConcurrentRequests { get; init; }

    /// <summary>How many more wait for their turn instead of being refused.</summary>
    public int QueuedRequests { get; init; }

    /// <summary>Requests per second of one client address, IPv6 by its /64 (429).</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>How many a client that was quiet may send at once. Absent: as many as in one second.</summary>
    public int? Burst { get; init; }

    internal void Check()
    {
        (string Name, long? Value, long Least)[] all =
        [
            (nameof(BodyBytes), BodyBytes, 0), (nameof(HeaderBytes), HeaderBytes, 1024), (nameof(RequestLineBytes), RequestLineBytes, 1024),
            (nameof(Connections), Connections, 1), (nameof(ConcurrentRequests), ConcurrentRequests, 1), (nameof(QueuedRequests), QueuedRequests, 0),
            (nameof(RequestsPerSecond), RequestsPerSecond, 1), (nameof(Burst), Burst, 1),
        ];
        foreach (var (name, value, least) in all)
        {
            if (value < least)
            {
                throw new SettingException($"Limits:{name} is {value}: write {least} or more, or leave it out.");
            }
        }
    }
}

/// <summary>Section <c>Tls</c>. Addresses that begin with <c>https://</c> in <c>Urls</c> need either <see cref="Certificate"/> or <see cref="Development"/>.</summary>
public sealed record TlsSettings
{
    /// <summary>PEM file with the certificate and those that lead to its issuer. A changed file is used without restart.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with the certificate's key, not encrypted.</summary>
    public string? Key { get; init; }

    /// <summary>Generate a certificate that nobody else trusts, for the names of the host table, once, and keep it.</summary>
    public bool Development { get; init; }

    /// <summary>Where the generated certificate and key lie. Default: <c>autorest/tls</c> in the user's folder of application data.</summary>
    public string? DevelopmentFolder { get; init; }

    /// <summary>Whether what comes by <c>http://</c> is sent to <c>https://</c> (308), for hosts of the table.</summary>
    public bool Redirect { get; init; }

    /// <summary>Port to send them to. Absent: that of the first <c>https://</c> address in <c>Urls</c>.</summary>
    public int? RedirectPort { get; init; }

    internal void Check()
    {
        if (Certificate is null != Key is null)
        {
            throw new SettingException("Tls:Certificate and Tls:Key belong together: name both files.");
        }

        if (Certificate is not null && Development)
        {
            throw new SettingException("Tls:Certificate and Tls:Development exclude each other: remove one.");
        }

        if (RedirectPort is < 1 or > 65535)
        {
            throw new SettingException($"Tls:RedirectPort is {RedirectPort}: write a port from 1 to 65535, or leave it out.");
        }
    }
}

/// <summary>Section <c>Status</c>: the page that shows routes, servers and their health. Off without <see cref="Host"/>, or where it is empty.</summary>
public sealed record StatusSettings
{
    const int ShortestToken = 16;

    /// <summary>Host name of the page, for example <c>status.localhost</c>.</summary>
    public string? Host { get; init; }

    /// <summary>File with the token that the page then always asks for. Absent: the page answers on loopback only.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The token's bytes; <see langword="null"/> without <see cref="TokenFile"/>.</summary>
    public ReadOnlyMemory<byte>? Token { get; private set; }

    internal void Check()
    {
        if (Host is not null && Host.AsSpan().IndexOfAny(":/* ") >= 0)
        {
            throw new SettingException($"Status:Host \"{Host}\" is not a host name: write it like \"status.localhost\".");
        }

        if (TokenFile is null)
        {
            return;
        }

        string token;
        try
        {
            token = File.ReadAllText(TokenFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"Status:TokenFile cannot be read: {e.Message}");
        }

        if (token.Length < ShortestToken)
        {
            throw new SettingException($"The token in {TokenFile} is too short: use at least {ShortestToken} characters.");
        }

        Token = System.Text.Encoding.UTF8.GetBytes(token);
    }
}
