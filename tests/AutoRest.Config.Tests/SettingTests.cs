using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>Every row of the table of settings: a value from the environment, what it becomes, and how it is dumped.</summary>
public class SettingTests
{
    /// <summary>Name, value, the property as text, the right-hand side of the dump.</summary>
    static readonly (string Name, string Value, Func<AppConfig, object?> Property, object? Expected, string Dump)[] Rows =
    [
        ("db-uri", "postgres://u:p$w@h/d", c => c.DbUri, "postgres://u:p$w@h/d", "\"postgres://u:p$w@h/d\""),
        ("db-pool", "7", c => c.DbPool, 7, "7"),
        ("db-pool-acquisition-timeout", "3", c => c.DbPoolAcquisitionTimeout, 3, "3"),
        ("db-pool-max-lifetime", "60", c => c.DbPoolMaxLifetime, 60, "60"),
        ("db-pool-max-idletime", "61", c => c.DbPoolMaxIdletime, 61, "61"),
        ("db-pool-automatic-recovery", "false", c => c.DbPoolAutomaticRecovery, false, "false"),
        ("db-prepared-statements", "FALSE", c => c.DbPreparedStatements, false, "false"),
        ("db-channel", "other", c => c.DbChannel, "other", "\"other\""),
        ("db-channel-enabled", "0", c => c.DbChannelEnabled, false, "false"),
        ("db-schemas", "a, b ,C d", c => Joined(c.DbSchemas), "a|b|C d", "\"a,b,C d\""),
        ("db-extra-search-path", "x,y", c => Joined(c.DbExtraSearchPath), "x|y", "\"x,y\""),
        ("db-anon-role", "an\"on", c => c.DbAnonRole, "an\"on", "\"an\\\"on\""),
        ("db-pre-request", "s.f.g", c => c.DbPreRequest, new QualifiedIdentifier("s", "f.g"), "\"s.f.g\""),
        ("db-max-rows", "100", c => c.DbMaxRows, 100, "100"),
        ("db-tx-end", "rollback-allow-override", c => c.DbTxEnd, TransactionEnd.RollbackAllowOverride, "\"rollback-allow-override\""),
        ("db-hoisted-tx-settings", "work_mem", c => Joined(c.DbHoistedTxSettings), "work_mem", "\"work_mem\""),
        ("db-aggregates-enabled", "true", c => c.DbAggregatesEnabled, true, "true"),
        ("db-plan-enabled", "1", c => c.DbPlanEnabled, true, "true"),
        ("db-root-spec", "root", c => c.DbRootSpec, new QualifiedIdentifier("", "root"), "\"root\""),
        ("db-config", "false", c => c.DbConfig, false, "false"),
        ("db-pre-config", "p.c", c => c.DbPreConfig, new QualifiedIdentifier("p", "c"), "\"p.c\""),
        ("url-use-legacy-target-names", "false", c => c.UrlUseLegacyTargetNames, false, "false"),
        ("client-error-verbosity", "minimal", c => c.ClientErrorVerbosity, ErrorVerbosity.Minimal, "\"minimal\""),
        ("jwt-secret-is-base64", "true", c => c.JwtSecretIsBase64, true, "true"),
        ("jwt-secret", "sec\"ret", c => System.Text.Encoding.UTF8.GetString(c.JwtSecret!.Value.Span), "sec\"ret", "\"sec\\\"ret\""),
        ("jwt-aud", "https://a.test/x", c => c.JwtAud, "https://a.test/x", "\"https://a.test/x\""),
        ("jwt-role-claim-key", "$.a[\"b\"]", c => c.JwtRoleClaimKey, "$.a[\"b\"]", "\"$$.a[\\\"b\\\"]\""),
        ("jwt-cache-max-entries", "-1", c => c.JwtCacheMaxEntries, -1, "-1"),
        ("server-host", "*6", c => c.ServerHost, "*6", "\"*6\""),
        ("server-port", "0", c => c.ServerPort, 0, "0"),
        ("server-unix-socket", "/tmp/s", c => c.ServerUnixSocket, "/tmp/s", "\"/tmp/s\""),
        ("server-unix-socket-mode", "0777", c => c.ServerUnixSocketMode, "777", "\"777\""),
        ("server-reuseport", "true", c => c.ServerReuseport, true, "true"),
        ("server-trace-header", "X-Id", c => c.ServerTraceHeader, "X-Id", "\"X-Id\""),
        ("server-timing-enabled", "true", c => c.ServerTimingEnabled, true, "true"),
        ("server-cors-allowed-origins", "http://a, http://b", c => Joined(c.ServerCorsAllowedOrigins), "http://a|http://b", "\"http://a,http://b\""),
        ("admin-server-host", "::1", c => c.AdminServerHost, "::1", "\"::1\""),
        ("admin-server-port", "3001", c => c.AdminServerPort, 3001, "3001"),
        ("admin-server-unix-socket", "/tmp/a", c => c.AdminServerUnixSocket, "/tmp/a", "\"/tmp/a\""),
        ("admin-server-unix-socket-mode", "600", c => c.AdminServerUnixSocketMode, "600", "\"600\""),
        ("log-level", "debug", c => c.LogLevel, ServerLogLevel.Debug, "\"debug\""),
        ("log-query", "true", c => c.LogQuery, true, "true"),
        ("openapi-mode", "ignore-privileges", c => c.OpenApiMode, OpenApiMode.IgnorePrivileges, "\"ignore-privileges\""),
        ("openapi-security-active", "true", c => c.OpenApiSecurityActive, true, "true"),
        ("openapi-server-proxy-uri", "https://h:1/p", c => c.OpenApiServerProxyUri, "https://h:1/p", "\"https://h:1/p\""),
        ("ar-db-listen-uri", "host=x", c => c.DbListenUri, "host=x", "\"host=x\""),
        ("ar-db-read-uri", "host=x,y", c => c.DbReadUri, "host=x,y", "\"host=x,y\""),
        ("ar-replica-max-lag", "3", c => c.ReplicaMaxLag, 3, "3"),
        ("ar-pooler-stats-uri", "host=x dbname=pgbouncer", c => c.PoolerStatsUri, "host=x dbname=pgbouncer", "\"host=x dbname=pgbouncer\""),
        ("ar-jwt-jwks-url", "https://i.test/keys", c => c.JwtJwksUrl, "https://i.test/keys", "\"https://i.test/keys\""),
        ("ar-jwt-issuer", "https://i.test", c => c.JwtIssuer, "https://i.test", "\"https://i.test\""),
        ("ar-jwt-audiences", "a, b", c => Joined(c.JwtAudiences), "a|b", "\"a,b\""),
        ("ar-jwt-aud-required", "true", c => c.JwtAudRequired, true, "true"),
        ("ar-base-path", "/rest/v1/", c => c.BasePath, "/rest/v1", "\"/rest/v1\""),
        ("ar-max-body-size", "8589934592", c => c.MaxBodySize, 8589934592L, "8589934592"),
        ("ar-stream-threshold", "1024", c => c.StreamThreshold, 1024, "1024"),
        ("ar-pool-max-waiting", "9", c => c.PoolMaxWaiting, 9, "9"),
        ("ar-db-retry-time", "2", c => c.DbRetryTime, 2, "2"),
        ("ar-server-header", "none", c => c.ServerHeader, null, "\"none\""),
        ("ar-log-format", "json", c => c.LogFormat, LogFormat.Json, "\"json\""),
        ("ar-max-concurrent-requests", "7", c => c.MaxConcurrentRequests, 7, "7"),
        ("ar-request-timeout", "8", c => c.RequestTimeout, 8, "8"),
        ("ar-rate-limit-address", "11", c => c.RateLimitAddress, 11, "11"),
        ("ar-rate-limit-role", "12", c => c.RateLimitRole, 12, "12"),
        ("ar-rate-limit-burst", "13", c => c.RateLimitBurst, 13, "13"),
        ("ar-operators", "near:<->, cosine:public.<=>", c => Joined(c.Operators.Items), "near:<->|cosine:public.<=>", "\"near:<->,cosine:public.<=>\""),
        ("ar-compression", "br, gzip", c => Joined(c.Compression), "br|gzip", "\"br,gzip\""),
        ("ar-compression-streams", "true", c => c.CompressionStreams, true, "true"),
        ("ar-tls-certificate", "/c.pem", c => c.TlsCertificate, "/c.pem", "\"/c.pem\""),
        ("ar-tls-key", "/k.pem", c => c.TlsKey, "/k.pem", "\"/k.pem\""),
        ("ar-http-versions", "1.1-2", c => c.HttpVersions, HttpVersions.Http1And2, "\"1.1-2\""),
        ("ar-shutdown-timeout", "14", c => c.ShutdownTimeout, 14, "14"),
        ("ar-shutdown-delay", "3", c => c.ShutdownDelay, 3, "3"),
        ("ar-otel-endpoint", "http://c:4318", c => c.OtelEndpoint, "http://c:4318", "\"http://c:4318\""),
        ("ar-docs", "token", c => c.Docs, DocsMode.Token, "\"token\""),
    ];

    public static TheoryData<string> Names() => [.. Setting.All.Select(s => s.Name)];

    [Fact]
    public void Every_setting_has_a_row_here() => Assert.Equal(Setting.All.Select(s => s.Name), Rows.Select(r => r.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_setting_is_taken_from_environment_file_and_database_and_dumped(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        var setting = Setting.All.Single(s => s.Name == name);
        var variable = Env((Setting.EnvironmentName(name), row.Value));
        var file = new Dictionary<string, ConfigValue> { [name] = ConfigValue.Of(row.Value) };
        var database = new Dictionary<string, string> { [Setting.DatabaseName(name)] = row.Value };

        foreach (var config in (AppConfig[])[ConfigLoader.Load(variable), ConfigLoader.Load(Env(), file), setting.Copy(new AppConfig(), ConfigLoader.Load(variable))])
        {
            Assert.Equal(row.Expected, row.Property(config));
            Assert.Equal(row.Dump, setting.Dump(config));
            Assert.Contains($"{name} = {row.Dump}\n", ConfigText.Dump(config), StringComparison.Ordinal);
        }

        var stored = ConfigLoader.Load(Env(), null, database);
        Assert.Equal(setting.InDatabase, setting.Dump(stored) != setting.Dump(new AppConfig()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_empty_value_is_the_default(string name)
    {
        var setting = Setting.All.Single(s => s.Name == name);
        var config = ConfigLoader.Load(Env((Setting.EnvironmentName(name), "")), new Dictionary<string, ConfigValue> { [name] = ConfigValue.Of("600") });

        Assert.Equal(name == "db-extra-search-path" ? "\"\"" : setting.Dump(new AppConfig()), setting.Dump(config));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reload_changes_what_may_change_and_keeps_the_rest(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        var setting = Setting.All.Single(s => s.Name == name);
        var reloaded = ConfigLoader.Reload(new AppConfig(), Env((Setting.EnvironmentName(name), row.Value)));

        Assert.Equal(setting.Reloadable ? row.Dump : setting.Dump(new AppConfig()), setting.Dump(reloaded));
    }

    [Theory]
    [InlineData("db-pool-max-idletime", "db-pool-timeout", "5", "6", "5")]
    [InlineData("db-schemas", "db-schema", "a", "b", "\"b\"")]
    [InlineData("db-pre-request", "pre-request", "a", "b", "\"b\"")]
    [InlineData("db-max-rows", "max-rows", "5", "6", "6")]
    [InlineData("db-root-spec", "root-spec", "a", "b", "\"b\"")]
    [InlineData("jwt-secret-is-base64", "secret-is-base64", "true", "false", "false")]
    [InlineData("jwt-role-claim-key", "role-claim-key", "$.a", "$.b", "\"$$.b\"")]
    public void An_older_name_works_and_gives_way_except_for_the_pool_timeout(string name, string alias, string old, string value, string dump)
    {
        var setting = Setting.All.Single(s => s.Name == name);
        var oldOnly = ConfigLoader.Load(Env((Setting.EnvironmentName(alias), old)));
        var both = ConfigLoader.Load(Env((Setting.EnvironmentName(alias), old), (Setting.EnvironmentName(name), value)));
        var emptyNew = ConfigLoader.Load(Env((Setting.EnvironmentName(alias), old), (Setting.EnvironmentName(name), "")));

        Assert.Equal(alias, setting.Alias);
        Assert.NotEqual(setting.Dump(new AppConfig()), setting.Dump(oldOnly));
        Assert.Equal(dump, setting.Dump(both));
        Assert.Equal(setting.Dump(oldOnly), setting.Dump(emptyNew));
    }

    [Theory]
    [InlineData("/rest/v1", "/rest/v1")]
    [InlineData("/api//", "/api")]
    [InlineData("/", "")]
    [InlineData("/caf%C3%A9", "/caf%C3%A9")]
    public void A_base_path_loses_its_last_slash(string value, string expected) =>
        Assert.Equal(expected, ConfigLoader.Load(Env(("AUTOREST_BASE_PATH", value))).BasePath);

    [Theory]
    [InlineData("rest/v1")]
    [InlineData("/rest?x")]
    [InlineData("/a b")]
    [InlineData("https://example.com/rest")]
    public void A_base_path_that_is_none_ends_the_start(string value) =>
        Assert.Contains("ar-base-path", Assert.Throws<ConfigException>(() => ConfigLoader.Load(Env(("AUTOREST_BASE_PATH", value)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_alias_has_a_case() => Assert.Equal(7, Setting.All.Count(s => s.Alias is not null));

    internal static Dictionary<string, string> Env(params (string Name, string Value)[] variables) => variables.ToDictionary(v => v.Name, v => v.Value);

    static string Joined(ImmutableArray<string> items) => string.Join('|', items);
}
