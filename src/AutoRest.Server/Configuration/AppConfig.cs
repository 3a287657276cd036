using System.Collections.Immutable;
using AutoRest.Introspection;

namespace AutoRest.Server.Configuration;

/// <summary><c>db-tx-end</c>: how a transaction ends, and whether <c>Prefer: tx=</c> may say otherwise.</summary>
public enum TransactionEnd
{
    Commit,
    CommitAllowOverride,
    Rollback,
    RollbackAllowOverride,
}

public enum OpenApiMode
{
    FollowPrivileges,
    IgnorePrivileges,
    Disabled,
}

/// <summary><c>ar-log-format</c>: lines for people, or one JSON object per line for collectors.</summary>
public enum LogFormat
{
    Text,
    Json,
}

/// <summary><c>ar-http-versions</c>. Without TLS nothing negotiates the version, so it is one or the other there.</summary>
public enum HttpVersions
{
    Http1,
    Http1And2,
    Http2,
}

/// <summary><c>ar-docs</c>: the documentation page.</summary>
public enum DocsMode
{
    Off,
    On,

    /// <summary>The page is there, but what it shows needs a token.</summary>
    Token,
}

public enum ErrorVerbosity
{
    Verbose,
    Minimal,
}

public enum ServerLogLevel
{
    Crit,
    Error,
    Warn,
    Info,
    Debug,
}

/// <summary>The effective configuration. Names, defaults and coercions: contract/configuration.md §4; the table of settings is <c>Setting</c>.</summary>
public sealed record AppConfig
{
    public string DbUri { get; init; } = "postgresql://";

    /// <summary>Most pooled connections.</summary>
    public int DbPool { get; init; } = 10;

    /// <summary>Seconds a request waits for a connection before PGRST003.</summary>
    public int DbPoolAcquisitionTimeout { get; init; } = 10;

    /// <summary>Seconds after which a connection is closed when not in use.</summary>
    public int DbPoolMaxLifetime { get; init; } = 1800;

    /// <summary>Seconds an idle connection is kept.</summary>
    public int DbPoolMaxIdletime { get; init; } = 30;

    public bool DbPoolAutomaticRecovery { get; init; } = true;

    public bool DbPreparedStatements { get; init; } = true;

    public string DbChannel { get; init; } = "pgrst";

    public bool DbChannelEnabled { get; init; } = true;

    /// <summary>Connection for LISTEN, never through a pooler; null uses <see cref="DbUri"/>. Ours: <c>ar-db-listen-uri</c>.</summary>
    public string? DbListenUri { get; init; }

    /// <summary>Standbys that reads go to, one or several hosts; null reads from <see cref="DbUri"/> alone. Ours: <c>ar-db-read-uri</c>.</summary>
    public string? DbReadUri { get; init; }

    /// <summary>Seconds a standby may be behind the primary and still be read from; 0 is no limit. Ours: <c>ar-replica-max-lag</c>.</summary>
    public int ReplicaMaxLag { get; init; } = 10;

    /// <summary>PgBouncer's console, whose statistics <c>/metrics</c> shows; null shows none. Ours: <c>ar-pooler-stats-uri</c>.</summary>
    public string? PoolerStatsUri { get; init; }

    public ImmutableArray<string> DbSchemas { get; init; } = ["public"];

    public ImmutableArray<string> DbExtraSearchPath { get; init; } = ["public"];

    public string? DbAnonRole { get; init; }

    public QualifiedIdentifier? DbPreRequest { get; init; }

    /// <summary>Most rows a read may return; null is no limit.</summary>
    public int? DbMaxRows { get; init; }

    public TransactionEnd DbTxEnd { get; init; } = TransactionEnd.Commit;

    public ImmutableArray<string> DbHoistedTxSettings { get; init; } = ["statement_timeout", "plan_filter.statement_cost_limit", "default_transaction_isolation"];

    public bool DbAggregatesEnabled { get; init; }

    public bool DbPlanEnabled { get; init; }

    /// <summary>Only its name part counts; the schema is the negotiated one.</summary>
    public QualifiedIdentifier? DbRootSpec { get; init; }

    public bool DbConfig { get; init; } = true;

    public QualifiedIdentifier? DbPreConfig { get; init; }

    public bool UrlUseLegacyTargetNames { get; init; } = true;

    public ErrorVerbosity ClientErrorVerbosity { get; init; } = ErrorVerbosity.Verbose;

    /// <summary>After <c>@file</c> loading and base64 decoding.</summary>
    public ReadOnlyMemory<byte>? JwtSecret { get; init; }

    public bool JwtSecretIsBase64 { get; init; }

    public string? JwtAud { get; init; }

    public string JwtRoleClaimKey { get; init; } = "$.role";

    public int JwtCacheMaxEntries { get; init; } = 1000;

    /// <summary>Address of a key set whose keys are taken besides those of <see cref="JwtSecret"/>. Ours: <c>ar-jwt-jwks-url</c>.</summary>
    public string? JwtJwksUrl { get; init; }

    /// <summary>
    /// The only issuer (<c>iss</c>) whose tokens are accepted. Where it is an address, and <see cref="JwtJwksUrl"/> is not set, its OpenID configuration
    /// says where its keys are. Ours: <c>ar-jwt-issuer</c>.
    /// </summary>
    public string? JwtIssuer { get; init; }

    /// <summary>Audiences that are accepted besides <see cref="JwtAud"/>. Ours: <c>ar-jwt-audiences</c>.</summary>
    public ImmutableArray<string> JwtAudiences { get; init; } = [];

    /// <summary>A token without audience is refused. Ours: <c>ar-jwt-aud-required</c>.</summary>
    public bool JwtAudRequired { get; init; }

    public string ServerHost { get; init; } = "!4";

    public int ServerPort { get; init; } = 3000;

    public string? ServerUnixSocket { get; init; }

    public string ServerUnixSocketMode { get; init; } = "660";

    public bool ServerReuseport { get; init; }

    public string? ServerTraceHeader { get; init; }

    public bool ServerTimingEnabled { get; init; }

    /// <summary>Empty: any origin.</summary>
    public ImmutableArray<string> ServerCorsAllowedOrigins { get; init; } = [];

    public string? AdminServerHost { get; init; }

    public int? AdminServerPort { get; init; }

    public string? AdminServerUnixSocket { get; init; }

    public string AdminServerUnixSocketMode { get; init; } = "660";

    public ServerLogLevel LogLevel { get; init; } = ServerLogLevel.Error;

    public bool LogQuery { get; init; }

    public OpenApiMode OpenApiMode { get; init; } = OpenApiMode.FollowPrivileges;

    public bool OpenApiSecurityActive { get; init; }

    public string? OpenApiServerProxyUri { get; init; }

    /// <summary><c>app.settings.*</c>, full names, in ordinal order: each becomes a transaction-local setting.</summary>
    public ImmutableArray<KeyValuePair<string, string>> AppSettings { get; init; } = [];

    /// <summary>
    /// What precedes every path: <c>/rest/v1</c>, without a slash at its end; <see langword="null"/> or empty is nothing. Ours: <c>ar-base-path</c>.
    /// </summary>
    public string? BasePath { get; init; }

    /// <summary>Largest request body, in bytes. Ours: <c>ar-max-body-size</c>.</summary>
    public long MaxBodySize { get; init; } = 100L * 1024 * 1024;

    /// <summary>A result that stays below this many bytes is complete before the head is sent; a larger one streams. Ours: <c>ar-stream-threshold</c>.</summary>
    public int StreamThreshold { get; init; } = 256 * 1024;

    /// <summary>Requests that may wait for a connection at once; one more is refused with AR503. Ours: <c>ar-pool-max-waiting</c>.</summary>
    public int PoolMaxWaiting { get; init; } = 5000;

    /// <summary>
    /// Seconds from a loss of the database in which requests wait for its return and reads that were cut off run again; 0 is none.
    /// Ours: <c>ar-db-retry-time</c>.
    /// </summary>
    public int DbRetryTime { get; init; } = 5;

    /// <summary>The <c>Server</c> header; null leaves it out. Ours: <c>ar-server-header</c>.</summary>
    public string? ServerHeader { get; init; } = ProductName.ServerHeader;

    /// <summary>Ours: <c>ar-log-format</c>.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Requests served at once; 0 is no limit. Ours: <c>ar-max-concurrent-requests</c>.</summary>
    public int MaxConcurrentRequests { get; init; }

    /// <summary>Seconds a request may take; 0 is no limit. Ours: <c>ar-request-timeout</c>.</summary>
    public int RequestTimeout { get; init; }

    /// <summary>Requests per second from one client address; 0 is no limit. Ours: <c>ar-rate-limit-address</c>.</summary>
    public int RateLimitAddress { get; init; }

    /// <summary>Requests per second of one database role; 0 is no limit. Ours: <c>ar-rate-limit-role</c>.</summary>
    public int RateLimitRole { get; init; }

    /// <summary>Requests that may come at once before a rate counts; 0 is as many as the rate. Ours: <c>ar-rate-limit-burst</c>.</summary>
    public int RateLimitBurst { get; init; }

    /// <summary>Operators that filters, <c>order</c> and <c>select</c> may use. Ours: <c>ar-operators</c>.</summary>
    public CustomOperators Operators { get; init; } = CustomOperators.None;

    /// <summary>Encodings offered, the preferred one first; empty is none. Ours: <c>ar-compression</c>.</summary>
    public ImmutableArray<string> Compression { get; init; } = [];

    /// <summary>Compress streamed responses too. Ours: <c>ar-compression-streams</c>.</summary>
    public bool CompressionStreams { get; init; }

    /// <summary>PEM file; null serves plain HTTP. Ours: <c>ar-tls-certificate</c>.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file; null when the certificate's file holds the key too. Ours: <c>ar-tls-key</c>.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Ours: <c>ar-http-versions</c>.</summary>
    public HttpVersions HttpVersions { get; init; } = HttpVersions.Http1;

    /// <summary>Seconds requests under way may take at the end; 0 is no limit. Ours: <c>ar-shutdown-timeout</c>.</summary>
    public int ShutdownTimeout { get; init; }

    /// <summary>Seconds after SIGTERM in which new connections are still served while <c>/ready</c> is 503. Ours: <c>ar-shutdown-delay</c>.</summary>
    public int ShutdownDelay { get; init; }

    /// <summary>Where traces and metrics are sent (OTLP); null sends none. Ours: <c>ar-otel-endpoint</c>.</summary>
    public string? OtelEndpoint { get; init; }

    /// <summary>The documentation page. Ours: <c>ar-docs</c>.</summary>
    public DocsMode Docs { get; init; } = DocsMode.Off;
}
