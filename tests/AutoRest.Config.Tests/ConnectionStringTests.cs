using AutoRest.Server.Configuration;
using Npgsql;
using Xunit;
using static AutoRest.Config.Tests.SettingTests;

namespace AutoRest.Config.Tests;

/// <summary>contract/configuration.md §7.</summary>
public class ConnectionStringTests
{
    static readonly Dictionary<string, string> Variables = Env(
        ("PGHOST", "envhost"), ("PGPORT", "1111"), ("PGUSER", "envuser"), ("PGPASSWORD", "envpass"), ("PGDATABASE", "envdb"), ("PGAPPNAME", "envapp"),
        ("PGSSLMODE", "disable"), ("PGOPTIONS", "-c x=1"), ("PGCONNECT_TIMEOUT", "9"));

    [Theory]
    [InlineData("postgresql://", "envhost|1111|envuser|envpass|envdb|envapp")]
    [InlineData("", "envhost|1111|envuser|envpass|envdb|envapp")]
    [InlineData("postgres://h", "h|1111|envuser|envpass|envdb|envapp")]
    [InlineData("postgresql://u@h:5/d", "h|5|u|envpass|d|envapp")]
    [InlineData("postgresql://u:p@h:5/d?application_name=mine", "h|5|u|p|d|mine")]
    [InlineData("postgresql://u:p%40%3a%2F%3F%25@h/d%20d", "h|1111|u|p@:/?%|d d|envapp")]
    [InlineData("postgresql://u:p?w@h/d", "h|1111|u|p?w|d|envapp")]
    [InlineData("postgresql://u:@h/", "h|1111|u|envpass|envdb|envapp")]
    [InlineData("postgresql://%2Fvar%2Frun/d", "/var/run|1111|envuser|envpass|d|envapp")]
    [InlineData("postgresql:///d?host=/tmp&port=7", "/tmp|7|envuser|envpass|d|envapp")]
    [InlineData("postgresql://h/d?user=a&user=b", "h|1111|b|envpass|d|envapp")]
    [InlineData("postgresql://[::1]:7/d", "::1|7|envuser|envpass|d|envapp")]
    [InlineData("postgresql://[::1]/d", "::1|1111|envuser|envpass|d|envapp")]
    [InlineData("host=h port = 5 user='it''s' dbname=d", null)]
    [InlineData("host=h port = 5 user='it\\'s \\\\' dbname=d", "h|5|it's \\|envpass|d|envapp")]
    [InlineData("host=h password=a\\ b user=''", "h|1111|envuser|a b|envdb|envapp")]
    [InlineData("  dbname = 'x y'  ", "envhost|1111|envuser|envpass|x y|envapp")]
    [InlineData("mydb", "envhost|1111|envuser|envpass|mydb|envapp")]
    [InlineData("hostaddr=10.0.0.1 host=h", "10.0.0.1|1111|envuser|envpass|envdb|envapp")]
    [InlineData("fallback_application_name=x", "envhost|1111|envuser|envpass|envdb|envapp")]
    [InlineData("postgresql://h/d?", "h|1111|envuser|envpass|d|envapp")]
    [InlineData("postgresql://h/d?x=1", null)]
    [InlineData("postgresql://h/d?sslmode", null)]
    [InlineData("postgresql://h/%zz", null)]
    [InlineData("postgresql://h/%00", null)]
    [InlineData("postgresql://h:port/d", null)]
    [InlineData("postgresql://h:0/d", null)]
    [InlineData("postgresql://h:65536/d", null)]
    [InlineData("postgresql://[::1/d", null)]
    [InlineData("postgresql://[]/d", null)]
    [InlineData("postgresql://[::1]x/d", null)]
    [InlineData("host=h nonsense", null)]
    [InlineData("host=h nonsense=1", null)]
    [InlineData("host='h", null)]
    [InlineData("host=a,b port=1,2,3", null)]
    [InlineData("connect_timeout=soon", null)]
    [InlineData("service=nobody", null)]
    public void A_connection_string_is_read_as_libpq_does_or_refused(string text, string? expected)
    {
        if (expected is null)
        {
            Assert.Throws<ConfigException>(() => ConnectionString.Parse(text, Variables, "AutoRest 1"));
            return;
        }

        var builder = ConnectionString.Parse(text, Variables, "AutoRest 1").Builder;
        Assert.Equal(expected, $"{builder.Host}|{builder.Port}|{builder.Username}|{builder.Password}|{builder.Database}|{builder.ApplicationName}");
        Assert.Equal((9, "-c x=1", SslMode.Disable), (builder.Timeout, builder.Options, builder.SslMode));
    }

    [Fact]
    public void With_nothing_given_the_defaults_are_libpqs()
    {
        var builder = ConnectionString.Parse("postgresql://", Env(), "AutoRest 1").Builder;

        Assert.Equal(
            (5432, Environment.UserName, Environment.UserName, null, "AutoRest 1", SslMode.Prefer),
            (builder.Port, builder.Username, builder.Database, builder.Password, builder.ApplicationName, builder.SslMode));
        Assert.True(OperatingSystem.IsWindows() ? builder.Host == "localhost" : builder.Host is "/tmp" or "/var/run/postgresql");
        Assert.Equal("u", ConnectionString.Parse("user=u", Env(), "x").Builder.Database);
    }

    [Theory]
    [InlineData("postgresql://a,b:2,[::1]:3/d", "a:5432,b:2,[::1]:3", null)]
    [InlineData("host=a,b port=7", "a:7,b:7", null)]
    [InlineData("host=a,/tmp port=7,8 target_session_attrs=read-only", "a:7,/tmp:8", "read-only")]
    [InlineData("host=a target_session_attrs=primary", "a:5432,a:5432", "primary")]
    [InlineData("host=a,b target_session_attrs=any", "a:5432,b:5432", null)]
    public void Several_hosts_are_tried_and_the_state_of_a_server_is_always_checked(string text, string hosts, string? target)
    {
        var builder = ConnectionString.Parse(text, Env(), "x").Builder;

        Assert.Equal((hosts, target), (builder.Host, builder.TargetSessionAttributes));
        // What the driver makes of it.
        using var source = new NpgsqlDataSourceBuilder(builder.ConnectionString).Build();
        Assert.IsType<NpgsqlMultiHostDataSource>(source);
    }

    [Fact]
    public void The_listener_asks_for_the_primary_whatever_the_string_says()
    {
        var builder = ConnectionString.Parse("host=a,b target_session_attrs=standby", Env(), "x", readWrite: true).Builder;

        Assert.Equal("read-write", builder.TargetSessionAttributes);
    }

    [Theory]
    [InlineData("sslmode=disable", SslMode.Disable)]
    [InlineData("sslmode=allow", SslMode.Allow)]
    [InlineData("sslmode=prefer", SslMode.Prefer)]
    [InlineData("sslmode=require", SslMode.Require)]
    [InlineData("sslmode=verify-ca", SslMode.VerifyCA)]
    [InlineData("sslmode=verify-full sslrootcert=/ca.pem", SslMode.VerifyFull)]
    [InlineData("sslmode=require sslrootcert=/ca.pem", SslMode.VerifyCA)]
    [InlineData("sslrootcert=system", SslMode.VerifyFull)]
    [InlineData("sslmode=verify-full require_auth=!none,!password", SslMode.VerifyFull)]
    [InlineData("postgresql://h/?ssl=true", SslMode.Require)]
    [InlineData("sslmode=require sslnegotiation=direct channel_binding=require gssencmode=disable require_auth=scram-sha-256,md5", SslMode.Require)]
    public void Encryption_is_at_least_what_was_asked_for(string text, SslMode mode) =>
        Assert.Equal(mode, ConnectionString.Parse(text, Env(), "x").Builder.SslMode);

    [Theory]
    [InlineData("sslmode=on")]
    [InlineData("sslmode=require sslrootcert=system")]
    [InlineData("sslnegotiation=direct")]
    [InlineData("sslcrl=/crl")]
    [InlineData("requirepeer=postgres")]
    [InlineData("ssl_min_protocol_version=TLSv1.3")]
    [InlineData("sslcertmode=require")]
    [InlineData("channel_binding=maybe")]
    [InlineData("require_auth=oauth")]
    [InlineData("require_auth=password,nonsense")]
    [InlineData("gssencmode=maybe")]
    [InlineData("replication=database")]
    [InlineData("target_session_attrs=some")]
    [InlineData("load_balance_hosts=all")]
    [InlineData("host=h hostaddr=10.0.0.1 sslmode=verify-full")]
    public void A_guarantee_that_cannot_be_given_is_refused(string text) =>
        Assert.Throws<ConfigException>(() => ConnectionString.Parse(text, Env(), "x"));

    [Fact]
    public void Other_parameters_reach_the_driver_and_the_rest_is_reported()
    {
        var (builder, ignored) = ConnectionString.Parse(
            "sslcert=/c sslkey=/k sslpassword=s passfile=/p krbsrvname=k connect_timeout=5 load_balance_hosts=random keepalives_idle=7 keepalives_count=3 client_encoding=latin1",
            Env(), "x");

        Assert.Equal(
            ("/c", "/k", "s", "/p", "k", 5, true, true, 7),
            (builder.SslCertificate, builder.SslKey, builder.SslPassword, builder.Passfile, builder.KerberosServiceName, builder.Timeout, builder.LoadBalanceHosts,
                builder.TcpKeepAlive, builder.TcpKeepAliveTime));
        Assert.Equal(["client_encoding", "keepalives_count"], ignored);
    }

    [Fact]
    public void A_service_stands_between_the_string_and_the_environment()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "# services\n[other]\nhost=no\n[mine]\nhost = servicehost\nuser=serviceuser\n\n[last]\nport=9\n");
            var variables = new Dictionary<string, string>(Variables) { ["PGSERVICEFILE"] = path, ["PGSERVICE"] = "mine" };
            var builder = ConnectionString.Parse("user=u", variables, "x").Builder;

            Assert.Equal(("servicehost", "u", 1111), (builder.Host, builder.Username, builder.Port));
            Assert.Throws<ConfigException>(() => ConnectionString.Parse("service=nobody", variables, "x"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
