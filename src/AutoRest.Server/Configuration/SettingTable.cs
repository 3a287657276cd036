using System.Collections.Immutable;
using System.Text;
using static AutoRest.Server.Configuration.Setting;

namespace AutoRest.Server.Configuration;

/// <summary>The rows of <see cref="Setting.All"/>. contract/configuration.md §4.1–4.4, then ours.</summary>
static class SettingTable
{
    public static IEnumerable<Setting> Rows() => [.. Database(), .. Exposure(), .. Tokens(), .. Serving(), .. Own()];

    static IEnumerable<Setting> Database() =>
    [
        Text("db-uri", "connection string", "Connection string of libpq (URI or keywords); `@file` reads it from a file.",
            c => c.DbUri, (c, v) => c with { DbUri = v }, Secrets.LoadUri) with { Reloadable = false, IsSecret = true },
        Int("db-pool", "Most pooled connections.",
            c => c.DbPool, (c, v) => c with { DbPool = v }) with { Reloadable = false },
        Int("db-pool-acquisition-timeout", "Seconds a request waits for a connection.",
            c => c.DbPoolAcquisitionTimeout, (c, v) => c with { DbPoolAcquisitionTimeout = v }) with { Reloadable = false },
        Int("db-pool-max-lifetime", "Seconds after which a connection is closed when not in use.",
            c => c.DbPoolMaxLifetime, (c, v) => c with { DbPoolMaxLifetime = v }) with { Reloadable = false },
        Int("db-pool-max-idletime", "Seconds an idle connection is kept.",
            c => c.DbPoolMaxIdletime, (c, v) => c with { DbPoolMaxIdletime = v }) with { Reloadable = false, Alias = "db-pool-timeout", AliasWins = true },
        Bool("db-pool-automatic-recovery", "Retry after the connection is lost; false exits instead.",
            c => c.DbPoolAutomaticRecovery, (c, v) => c with { DbPoolAutomaticRecovery = v }),
        Bool("db-prepared-statements", "Prepare statements; false behind a pooler that cannot keep them.",
            c => c.DbPreparedStatements, (c, v) => c with { DbPreparedStatements = v }) with { InDatabase = true },
        Text("db-channel", "text", "Channel of notifications (`reload schema`, `reload config`).",
            c => c.DbChannel, (c, v) => c with { DbChannel = v }),
        Bool("db-channel-enabled", "Listen on the channel.",
            c => c.DbChannelEnabled, (c, v) => c with { DbChannelEnabled = v }),
    ];

    static IEnumerable<Setting> Exposure() =>
    [
        List("db-schemas", "Exposed schemas; the first is the default.",
            c => c.DbSchemas, (c, v) => c with { DbSchemas = v }) with { InDatabase = true, Alias = "db-schema" },
        List("db-extra-search-path", "Schemas appended to the search path of every request; may be empty.",
            c => c.DbExtraSearchPath, (c, v) => c with { DbExtraSearchPath = v }, emptyAllowed: true) with { InDatabase = true },
        Text("db-anon-role", "role", "Role of requests without a role claim; unset refuses them.",
            c => c.DbAnonRole, (c, v) => c with { DbAnonRole = v }) with { InDatabase = true },
        Function("db-pre-request", "Called in every transaction before the main query.",
            c => c.DbPreRequest, (c, v) => c with { DbPreRequest = v }) with { InDatabase = true, Alias = "pre-request" },
        OptionalInt("db-max-rows", "Most rows a read may return; unset is no limit.",
            c => c.DbMaxRows, (c, v) => c with { DbMaxRows = v }) with { InDatabase = true, Alias = "max-rows" },
        Keyword("db-tx-end", "How a transaction ends, and whether `Prefer: tx` may say otherwise.",
            "Invalid transaction termination. Check your configuration.",
            c => c.DbTxEnd, (c, v) => c with { DbTxEnd = v },
            ("commit", TransactionEnd.Commit), ("commit-allow-override", TransactionEnd.CommitAllowOverride),
            ("rollback", TransactionEnd.Rollback), ("rollback-allow-override", TransactionEnd.RollbackAllowOverride)) with { InDatabase = true },
        List("db-hoisted-tx-settings", "Settings of a function that are promoted to its transaction.",
            c => c.DbHoistedTxSettings, (c, v) => c with { DbHoistedTxSettings = v }) with { InDatabase = true },
        Bool("db-aggregates-enabled", "Allow aggregate functions in `select`.",
            c => c.DbAggregatesEnabled, (c, v) => c with { DbAggregatesEnabled = v }) with { InDatabase = true },
        Bool("db-plan-enabled", "Allow execution plans as a media type.",
            c => c.DbPlanEnabled, (c, v) => c with { DbPlanEnabled = v }) with { InDatabase = true },
        Function("db-root-spec", "Function that answers `/`; only its name counts.",
            c => c.DbRootSpec, (c, v) => c with { DbRootSpec = v }) with { InDatabase = true, Alias = "root-spec" },
        Bool("db-config", "Read settings from the database.",
            c => c.DbConfig, (c, v) => c with { DbConfig = v }),
        Function("db-pre-config", "Function that sets in-database settings.",
            c => c.DbPreConfig, (c, v) => c with { DbPreConfig = v }) with { InDatabase = true },
        Bool("url-use-legacy-target-names", "Accept the table name in filters on an embed that has an alias.",
            c => c.UrlUseLegacyTargetNames, (c, v) => c with { UrlUseLegacyTargetNames = v }) with { InDatabase = true },
        Keyword("client-error-verbosity", "`minimal` leaves details and hint out of errors.",
            "Invalid client-error-verbosity. Check your configuration.",
            c => c.ClientErrorVerbosity, (c, v) => c with { ClientErrorVerbosity = v },
            ("verbose", ErrorVerbosity.Verbose), ("minimal", ErrorVerbosity.Minimal)) with { InDatabase = true },
    ];

    static IEnumerable<Setting> Tokens() =>
    [
        // Before jwt-secret, which is decoded according to it.
        Bool("jwt-secret-is-base64", "Decode the secret from base64 first.",
            c => c.JwtSecretIsBase64, (c, v) => c with { JwtSecretIsBase64 = v }) with { InDatabase = true, Alias = "secret-is-base64" },
        new Setting
        {
            Name = "jwt-secret",
            Type = "text, JWK or JWK set",
            Meaning = "Key that verifies tokens: at least 32 bytes of text (HS256), a JWK or a JWK set; `@file` reads it from a file.",
            InDatabase = true,
            IsSecret = true,
            Apply = static (config, value) => value.AsText() is { } text && Secrets.LoadJwtSecret(text, config.JwtSecretIsBase64) is { } secret
                ? config with { JwtSecret = secret }
                : null,
            Dump = static config => Quote(config.JwtSecret is not { } secret ? null
                : config.JwtSecretIsBase64 ? Convert.ToBase64String(secret.Span)
                : Encoding.UTF8.GetString(secret.Span)),
            Copy = static (to, from) => to with { JwtSecret = from.JwtSecret },
        },
        Text("jwt-aud", "text or URI", "Audience a token must name, if it names one.",
            c => c.JwtAud, (c, v) => c with { JwtAud = v }, Audience) with { InDatabase = true },
        new Setting
        {
            Name = "jwt-role-claim-key",
            Alias = "role-claim-key",
            Type = "JSON Path",
            Meaning = "Where a token's claims hold the role. In this file `$` is written twice.",
            InDatabase = true,
            Apply = static (config, value) => value.AsText() is { } text ? config with { JwtRoleClaimKey = text } : null,
            // Doubled, so that the dump can be used as a configuration file.
            Dump = static config => Quote(config.JwtRoleClaimKey.Replace("$", "$$", StringComparison.Ordinal)),
            Copy = static (to, from) => to with { JwtRoleClaimKey = from.JwtRoleClaimKey },
        },
        Int("jwt-cache-max-entries", "Verified tokens that are remembered; 0 or less remembers none.",
            c => c.JwtCacheMaxEntries, (c, v) => c with { JwtCacheMaxEntries = v }) with { InDatabase = true },
    ];

    static IEnumerable<Setting> Serving() =>
    [
        Text("server-host", "address", "Address to bind; `*`, `*4`, `!4`, `*6`, `!6` are any address.",
            c => c.ServerHost, (c, v) => c with { ServerHost = v }) with { Reloadable = false },
        Int("server-port", "Port to bind; 0 lets the system choose.",
            c => c.ServerPort, (c, v) => c with { ServerPort = v }) with { Reloadable = false },
        Text("server-unix-socket", "path", "Unix socket that replaces address and port.",
            c => c.ServerUnixSocket, (c, v) => c with { ServerUnixSocket = v }) with { Reloadable = false },
        Mode("server-unix-socket-mode", "File mode of the socket.",
            c => c.ServerUnixSocketMode, (c, v) => c with { ServerUnixSocketMode = v }) with { Reloadable = false },
        Bool("server-reuseport", "Share the port with other processes (SO_REUSEPORT).",
            c => c.ServerReuseport, (c, v) => c with { ServerReuseport = v }) with { Reloadable = false },
        Text("server-trace-header", "header name", "Request header that every response repeats.",
            c => c.ServerTraceHeader, (c, v) => c with { ServerTraceHeader = v }) with { InDatabase = true },
        Bool("server-timing-enabled", "Send `Server-Timing`.",
            c => c.ServerTimingEnabled, (c, v) => c with { ServerTimingEnabled = v }) with { InDatabase = true },
        List("server-cors-allowed-origins", "Origins that may call from a browser; unset is any.",
            c => c.ServerCorsAllowedOrigins, (c, v) => c with { ServerCorsAllowedOrigins = v }) with { InDatabase = true },
        new Setting
        {
            Name = "admin-server-host",
            Type = "address",
            Meaning = "Address of the admin server; unset is `server-host`.",
            IsDerived = true,
            Reloadable = false,
            Apply = static (config, value) => value.AsText() is { } text ? config with { AdminServerHost = text } : null,
            Dump = static config => Quote(config.AdminServerHost ?? config.ServerHost),
            Copy = static (to, from) => to with { AdminServerHost = from.AdminServerHost },
        },
        OptionalInt("admin-server-port", "Port of the admin server; unset switches it off.",
            c => c.AdminServerPort, (c, v) => c with { AdminServerPort = v }) with { Reloadable = false },
        Text("admin-server-unix-socket", "path", "Unix socket of the admin server; wins over its port.",
            c => c.AdminServerUnixSocket, (c, v) => c with { AdminServerUnixSocket = v }) with { Reloadable = false },
        Mode("admin-server-unix-socket-mode", "File mode of that socket.",
            c => c.AdminServerUnixSocketMode, (c, v) => c with { AdminServerUnixSocketMode = v }) with { Reloadable = false },
        Keyword("log-level", "What is logged.",
            "Invalid logging level. Check your configuration.",
            c => c.LogLevel, (c, v) => c with { LogLevel = v },
            ("crit", ServerLogLevel.Crit), ("error", ServerLogLevel.Error), ("warn", ServerLogLevel.Warn),
            ("info", ServerLogLevel.Info), ("debug", ServerLogLevel.Debug)),
        Bool("log-query", "Log the SQL of requests.",
            c => c.LogQuery, (c, v) => c with { LogQuery = v }),
        Keyword("openapi-mode", "What the OpenAPI document shows.",
            "Invalid openapi-mode. Check your configuration.",
            c => c.OpenApiMode, (c, v) => c with { OpenApiMode = v },
            ("follow-privileges", OpenApiMode.FollowPrivileges), ("ignore-privileges", OpenApiMode.IgnorePrivileges),
            ("disabled", OpenApiMode.Disabled)) with { InDatabase = true },
        Bool("openapi-security-active", "Describe authentication in the OpenAPI document.",
            c => c.OpenApiSecurityActive, (c, v) => c with { OpenApiSecurityActive = v }) with { InDatabase = true },
        Text("openapi-server-proxy-uri", "http(s) URI", "Base address printed in the OpenAPI document.",
            c => c.OpenApiServerProxyUri, (c, v) => c with { OpenApiServerProxyUri = v }, ProxyUri) with { InDatabase = true },
    ];

    static IEnumerable<Setting> Own() =>
    [
        Text("ar-db-listen-uri", "connection string", "Connection for notifications, past any pooler; unset is `db-uri`.",
            c => c.DbListenUri, (c, v) => c with { DbListenUri = v }, Secrets.LoadUri) with { Reloadable = false, IsSecret = true },
        Text("ar-db-read-uri", "connection string", "Standbys that reads go to while they are healthy, several hosts separated by commas; unset reads from `db-uri`.",
            c => c.DbReadUri, (c, v) => c with { DbReadUri = v }, Secrets.LoadUri) with { Reloadable = false, IsSecret = true },
        Int("ar-replica-max-lag", "Seconds a standby may be behind and still be read from; 0 is no limit.",
            c => c.ReplicaMaxLag, (c, v) => c with { ReplicaMaxLag = v }),
        Text("ar-pooler-stats-uri", "connection string", "PgBouncer's console (database `pgbouncer`, as one of its `stats_users`), whose statistics `/metrics` then shows; unset shows none.",
            c => c.PoolerStatsUri, (c, v) => c with { PoolerStatsUri = v }, Secrets.LoadUri) with { Reloadable = false, IsSecret = true },
        Text("ar-jwt-jwks-url", "https URI", "Address of a key set (JWKS) that verifies tokens, besides `jwt-secret`; fetched again by itself when keys change.",
            c => c.JwtJwksUrl, (c, v) => c with { JwtJwksUrl = v }, KeyAddress),
        Text("ar-jwt-issuer", "text or https URI", "Issuer (`iss`) a token must name; if `ar-jwt-jwks-url` is unset, its OpenID configuration says where the keys are.",
            c => c.JwtIssuer, (c, v) => c with { JwtIssuer = v }, Issuer),
        List("ar-jwt-audiences", "Audiences that are accepted, besides `jwt-aud`; a token must name one of them, if it names any.",
            c => c.JwtAudiences, (c, v) => c with { JwtAudiences = v }),
        Bool("ar-jwt-aud-required", "Refuse tokens that name no audience; needs `jwt-aud` or `ar-jwt-audiences`.",
            c => c.JwtAudRequired, (c, v) => c with { JwtAudRequired = v }),
        Text("ar-base-path", "path", "Path below which the API is served, such as `/rest/v1`; requests outside of it are refused.",
            c => c.BasePath, (c, v) => c with { BasePath = v }, BasePath),
        Long("ar-max-body-size", "Largest request body, in bytes.",
            c => c.MaxBodySize, (c, v) => c with { MaxBodySize = v }),
        Int("ar-stream-threshold", "Bytes up to which a result is complete before the head of the response is sent.",
            c => c.StreamThreshold, (c, v) => c with { StreamThreshold = v }),
        Int("ar-pool-max-waiting", "Requests that may wait for a connection at once; more are refused.",
            c => c.PoolMaxWaiting, (c, v) => c with { PoolMaxWaiting = v }) with { Reloadable = false },
        Int("ar-db-retry-time", "Seconds from a loss of the database in which requests wait for its return and reads that were cut off run again; 0 is none.",
            c => c.DbRetryTime, (c, v) => c with { DbRetryTime = v }) with { Reloadable = false },
        Text("ar-server-header", "text", "The `Server` header; `none` leaves it out.",
            c => c.ServerHeader ?? "none", (c, v) => c with { ServerHeader = v == "none" ? null : v }, HeaderValue),
        Keyword("ar-log-format", "Lines for people, or one JSON object per line.",
            "Invalid ar-log-format. Check your configuration.",
            c => c.LogFormat, (c, v) => c with { LogFormat = v }, ("text", LogFormat.Text), ("json", LogFormat.Json)),
        Int("ar-max-concurrent-requests", "Requests served at once, more are refused; 0 is no limit.",
            c => c.MaxConcurrentRequests, (c, v) => c with { MaxConcurrentRequests = v }),
        Int("ar-request-timeout", "Seconds a request may take; 0 is no limit.",
            c => c.RequestTimeout, (c, v) => c with { RequestTimeout = v }),
        Int("ar-rate-limit-address", "Requests per second from one client address (IPv6: /64 network); 0 is no limit.",
            c => c.RateLimitAddress, (c, v) => c with { RateLimitAddress = v }),
        Int("ar-rate-limit-role", "Requests per second of one database role; 0 is no limit.",
            c => c.RateLimitRole, (c, v) => c with { RateLimitRole = v }),
        Int("ar-rate-limit-burst", "Requests that may come at once before a rate counts; 0 is as many as the rate.",
            c => c.RateLimitBurst, (c, v) => c with { RateLimitBurst = v }),
        List("ar-operators", "Operators that filters, `order` and `select` may use, as `name:operator`, `name:schema.operator` or `name:schema.function()`: `cosine:public.<=>`; unset is none.",
            c => c.Operators.Items, (c, v) => c with { Operators = CustomOperators.Parse(v) }),
        List("ar-compression", "Encodings offered to clients, the preferred one first: `br`, `gzip`; unset compresses nothing.",
            c => c.Compression, (c, v) => c with { Compression = Encodings(v) }),
        Bool("ar-compression-streams", "Compress streamed responses too.",
            c => c.CompressionStreams, (c, v) => c with { CompressionStreams = v }),
        Text("ar-tls-certificate", "path", "PEM file with the certificate and its chain; unset serves plain HTTP.",
            c => c.TlsCertificate, (c, v) => c with { TlsCertificate = v }) with { Reloadable = false },
        Text("ar-tls-key", "path", "PEM file with the certificate's key; unset: it is in the certificate's file.",
            c => c.TlsKey, (c, v) => c with { TlsKey = v }) with { Reloadable = false },
        Keyword("ar-http-versions", "HTTP versions; without TLS only one of them: `1.1-2` is then `1.1`.",
            "Invalid ar-http-versions. Check your configuration.",
            c => c.HttpVersions, (c, v) => c with { HttpVersions = v },
            ("1.1", HttpVersions.Http1), ("1.1-2", HttpVersions.Http1And2), ("2", HttpVersions.Http2)) with { Reloadable = false },
        Int("ar-shutdown-timeout", "Seconds requests under way may still take after SIGTERM; 0 is no limit.",
            c => c.ShutdownTimeout, (c, v) => c with { ShutdownTimeout = v }) with { Reloadable = false },
        Int("ar-shutdown-delay", "Seconds after SIGTERM in which new connections are still served, while `/ready` is 503 and responses end their connections.",
            c => c.ShutdownDelay, (c, v) => c with { ShutdownDelay = v }) with { Reloadable = false },
        Text("ar-otel-endpoint", "http(s) URI", "Collector that traces and metrics are sent to (OTLP over HTTP); unset sends none.",
            c => c.OtelEndpoint, (c, v) => c with { OtelEndpoint = v }, OtelUri) with { Reloadable = false },
        Keyword("ar-docs", "Documentation page at `/docs`, and at `/` for browsers; `token` shows and serves the OpenAPI 3.1 document only with a token.",
            "Invalid ar-docs. Check your configuration.",
            c => c.Docs, (c, v) => c with { Docs = v },
            ("off", DocsMode.Off), ("on", DocsMode.On), ("token", DocsMode.Token)),
    ];

    static string HeaderValue(string text) => text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? throw new ConfigException("ar-server-header holds characters a header cannot")
        : text;

    static ImmutableArray<string> Encodings(ImmutableArray<string> names) =>
        names.FirstOrDefault(static n => n is not ("br" or "gzip")) is { } unknown
            ? throw new ConfigException($"ar-compression does not know: '{unknown}'")
            : names;

    static string OtelUri(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? text
        : throw new ConfigException("ar-otel-endpoint should be an http(s) URI");

    // Compared with the path as it was sent, so what cannot stand in one as it is would match nothing.
    static string BasePath(string text) => text.StartsWith('/') && !text.AsSpan().ContainsAny('?', '#', ' ')
        ? text.TrimEnd('/')
        : throw new ConfigException("Malformed ar-base-path, a correct example: /rest/v1");

    static string KeyAddress(string text) => UriSyntax.IsAbsoluteUri(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && UriSyntax.IsKeyAddress(uri)
        ? text
        : throw new ConfigException("ar-jwt-jwks-url should be an https URI (http only on this machine)");

    static string Issuer(string text)
    {
        if (text.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            // Its keys are fetched below it. OpenID Connect Discovery 1.0 §3: neither query nor fragment.
            return UriSyntax.IsProxyUri(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && UriSyntax.IsKeyAddress(uri)
                ? text
                : throw new ConfigException("ar-jwt-issuer should be an https URI without query (http only on this machine), or a name");
        }

        return StringOrUri("ar-jwt-issuer", text);
    }

    static string Audience(string text) => StringOrUri("jwt-aud", text);

    /// <summary>RFC 7519 §2.</summary>
    static string StringOrUri(string setting, string text) => !text.Contains(':', StringComparison.Ordinal) || UriSyntax.IsAbsoluteUri(text)
        ? text
        : throw new ConfigException($"{setting} should be a string or a valid URI");

    static string ProxyUri(string text) => UriSyntax.IsProxyUri(text)
        ? text
        : throw new ConfigException("Malformed proxy uri, a correct example: https://example.com:8443/basePath");
}
