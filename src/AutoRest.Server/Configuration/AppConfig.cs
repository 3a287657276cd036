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

    /// <summary>Largest request body, in bytes. Ours: <c>ar-max-body-size</c>.</summary>
    public long MaxBodySize { get; init; } = 100L * 1024 * 1024;

    /// <summary>A result that stays below this many bytes is complete before the head is sent; a larger one streams. Ours: <c>ar-stream-threshold</c>.</summary>
    public int StreamThreshold { get; init; } = 256 * 1024;

    /// <summary>The documentation page. Ours: <c>ar-docs</c>.</summary>
    public DocsMode Docs { get; init; } = DocsMode.Off;
}
