using System.Text;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using Xunit;
using static AutoRest.Config.Tests.SettingTests;

namespace AutoRest.Config.Tests;

/// <summary>contract/configuration.md §1, §3, §5, §10.</summary>
public class ConfigLoaderTests
{
    [Theory]
    // Default, file, environment, database: the first from the right that is there wins, even when it is empty.
    [InlineData(null, null, null, null)]
    [InlineData("f", null, null, "f")]
    [InlineData("f", "e", null, "e")]
    [InlineData("f", "e", "d", "d")]
    [InlineData("f", null, "d", "d")]
    [InlineData("f", "", null, null)]
    [InlineData("f", "e", "", null)]
    [InlineData("", null, null, null)]
    [InlineData(null, "e", null, "e")]
    [InlineData(null, null, "d", "d")]
    public void The_database_wins_over_the_environment_and_that_over_the_file(string? file, string? variable, string? database, string? expected)
    {
        var config = ConfigLoader.Load(
            variable is null ? Env() : Env(("PGRST_DB_ANON_ROLE", variable)),
            file is null ? null : ConfigFile.Parse($"db-anon-role = \"{file}\"", Env()),
            database is null ? null : Env(("pgrst.db_anon_role", database)));

        Assert.Equal(expected, config.DbAnonRole);
    }

    [Theory]
    [InlineData("\"10\"", 10)]
    [InlineData("\" -3 \"", -3)]
    [InlineData("10", 10)]
    [InlineData("10.0", 10)]
    [InlineData("1e1", 10)]
    [InlineData("1.5", null)]
    [InlineData("\"10.0\"", null)]
    [InlineData("\"abc\"", null)]
    [InlineData("\"+1\"", null)]
    [InlineData("true", null)]
    [InlineData("[1]", null)]
    [InlineData("\"99999999999999999999\"", int.MaxValue)]
    [InlineData("1e300", int.MaxValue)]
    [InlineData("\"-99999999999999999999\"", int.MinValue)]
    public void An_integer_that_is_none_is_silently_the_default(string written, int? expected) =>
        Assert.Equal(expected, ConfigLoader.Load(Env(), ConfigFile.Parse("db-max-rows = " + written, Env())).DbMaxRows);

    [Theory]
    [InlineData("true", true)]
    [InlineData("on", true)]
    [InlineData("off", false)]
    [InlineData("\"TRUE\"", true)]
    [InlineData("\" 'true' \"", true)]
    [InlineData("\"False.\"", false)]
    [InlineData("\"1\"", true)]
    [InlineData("\"2\"", true)]
    [InlineData("\"0\"", false)]
    [InlineData("\"-1\"", false)]
    [InlineData("\"yes\"", null)]
    [InlineData("\"on\"", null)]
    [InlineData("\"t\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("0", null)]
    [InlineData("1", null)]
    [InlineData("[true]", null)]
    public void A_boolean_that_is_none_is_silently_the_default(string written, bool? expected)
    {
        var file = ConfigFile.Parse($"db-config = {written}\nlog-query = {written}", Env());
        var config = ConfigLoader.Load(Env(), file);

        Assert.Equal((expected ?? true, expected ?? false), (config.DbConfig, config.LogQuery));
    }

    [Theory]
    [InlineData("client-error-verbosity", "Verbose", "Invalid client-error-verbosity. Check your configuration.")]
    [InlineData("admin-server-port", "3000", "admin-server-port cannot be the same as server-port")]
    [InlineData("db-schemas", "a, pg_catalog", "db-schemas does not allow schema: 'pg_catalog'")]
    [InlineData("db-schemas", "information_schema", "db-schemas does not allow schema: 'information_schema'")]
    [InlineData("db-schema", "information_schema", "db-schemas does not allow schema: 'information_schema'")]
    [InlineData("server-unix-socket-mode", "x60", "Invalid server-unix-socket-mode: not an octal")]
    [InlineData("server-unix-socket-mode", "9", "Invalid server-unix-socket-mode: not an octal")]
    [InlineData("server-unix-socket-mode", "577", "Invalid server-unix-socket-mode: needs to be between 600 and 777")]
    [InlineData("admin-server-unix-socket-mode", "1000", "Invalid admin-server-unix-socket-mode: needs to be between 600 and 777")]
    [InlineData("admin-server-unix-socket-mode", "0", "Invalid admin-server-unix-socket-mode: needs to be between 600 and 777")]
    [InlineData("openapi-mode", "off", "Invalid openapi-mode. Check your configuration.")]
    [InlineData("log-level", "Error", "Invalid logging level. Check your configuration.")]
    [InlineData("db-tx-end", "abort", "Invalid transaction termination. Check your configuration.")]
    [InlineData("jwt-aud", "a b:c", "jwt-aud should be a string or a valid URI")]
    [InlineData("jwt-aud", ":x", "jwt-aud should be a string or a valid URI")]
    [InlineData("jwt-aud", "http://a/%zz", "jwt-aud should be a string or a valid URI")]
    public void A_value_that_is_refused_says_so_in_the_contracts_words(string name, string value, string message)
    {
        var error = Assert.Throws<ConfigException>(() => ConfigLoader.Load(Env((Setting.EnvironmentName(name), value))));

        Assert.Equal(("Error in config " + message, "Failed reloading config: " + message), (error.StartupText, error.ReloadText));
    }

    [Theory]
    [InlineData("https://example.com", true)]
    [InlineData("http://example.com:8443/base/path", true)]
    [InlineData("HTTPS://[::1]:1/", true)]
    [InlineData("ftp://example.com", false)]
    [InlineData("example.com", false)]
    [InlineData("https://", false)]
    [InlineData("https:///path", false)]
    [InlineData("https://u@example.com", false)]
    [InlineData("https://example.com?x=1", false)]
    [InlineData("https://example.com/#f", false)]
    [InlineData("https://example.com:0", false)]
    [InlineData("https://example.com:65536", false)]
    [InlineData("https://example.com:", false)]
    [InlineData("https://example.com/a b", false)]
    public void A_proxy_address_is_a_plain_web_address(string value, bool accepted)
    {
        var environment = Env(("PGRST_OPENAPI_SERVER_PROXY_URI", value));
        if (accepted)
        {
            Assert.Equal(value, ConfigLoader.Load(environment).OpenApiServerProxyUri);
        }
        else
        {
            Assert.Equal("Malformed proxy uri, a correct example: https://example.com:8443/basePath",
                Assert.Throws<ConfigException>(() => ConfigLoader.Load(environment)).Message);
        }
    }

    [Theory]
    [InlineData("workshop")]
    [InlineData("urn:example:workshop")]
    [InlineData("https://a.test/x?y#z")]
    public void An_audience_is_a_word_or_a_URI(string value) => Assert.Equal(value, ConfigLoader.Load(Env(("PGRST_JWT_AUD", value))).JwtAud);

    [Fact]
    public void Of_a_secret_file_exactly_one_newline_goes()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "secret\r\n\n");
            Assert.Equal("secret\r\n", Text(ConfigLoader.Load(Env(("PGRST_JWT_SECRET", "@" + path)))));
            Assert.Equal("secret\r\n", Text(ConfigLoader.Load(Env(), null, Env(("pgrst.jwt_secret", "@" + path)))));
            Assert.Equal("secret\r\n", Text(ConfigLoader.Load(Env(("AUTOREST_JWT_SECRET_FILE", path)))));
            Assert.Equal("plain", Text(ConfigLoader.Load(Env(("AUTOREST_JWT_SECRET_FILE", path), ("PGRST_JWT_SECRET", "plain")))));

            File.WriteAllText(path, " c2VjcmV0_w==\n\n");
            var config = ConfigLoader.Load(Env(("PGRST_JWT_SECRET", "@" + path), ("PGRST_JWT_SECRET_IS_BASE64", "true")));
            Assert.Equal([.. "secret"u8, 0xFF], config.JwtSecret!.Value.ToArray());
            Assert.Contains("jwt-secret = \"c2VjcmV0/w==\"\n", ConfigText.Dump(config), StringComparison.Ordinal);

            File.WriteAllText(path, " \n postgres://x \n");
            Assert.Equal("postgres://x", ConfigLoader.Load(Env(("PGRST_DB_URI", "@" + path))).DbUri);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("c2VjcmV0X", false)]
    [InlineData("c2VjcmV0Xw", false)]
    [InlineData("c2Vj cmV0", false)]
    [InlineData("c2VjcmV0Xw==", true)]
    [InlineData("c2VjcmV0Xw..", true)]
    public void A_base64_secret_is_padded(string value, bool accepted)
    {
        var environment = Env(("PGRST_JWT_SECRET", value), ("PGRST_SECRET_IS_BASE64", "true"));
        if (accepted)
        {
            Assert.Equal("secret_", Text(ConfigLoader.Load(environment)));
        }
        else
        {
            Assert.True(Assert.Throws<ConfigException>(() => ConfigLoader.Load(environment)).IsBare);
        }
    }

    [Theory]
    [InlineData("PGRST_JWT_SECRET")]
    [InlineData("PGRST_DB_URI")]
    public void A_file_that_cannot_be_read_is_named(string variable)
    {
        var error = Assert.Throws<ConfigException>(() => ConfigLoader.Load(Env((variable, "@/no/such/file"))));

        Assert.StartsWith("/no/such/file", error.StartupText, StringComparison.Ordinal);
    }

    [Fact]
    public void Application_settings_come_from_file_and_environment_in_order()
    {
        var file = ConfigFile.Parse("app.settings { b = \"file\"\n a = 1.0\n c = true\n deep { x = \"no\" }\n list = [1] }\napp.settings.B = \"file\"", Env());
        var config = ConfigLoader.Load(Env(("PGRST_APP_SETTINGS_B", "env"), ("PGRST_APP_SETTINGS_empty", ""), ("PGRST_APP_SETTINGS_", "no")), file);

        Assert.Equal(
            ["app.settings.B=env", "app.settings.a=1.0", "app.settings.b=file", "app.settings.c=true", "app.settings.empty="],
            config.AppSettings.Select(s => $"{s.Key}={s.Value}"));
    }

    [Fact]
    public void Names_that_no_longer_exist_warn_and_unknown_ones_do_not()
    {
        var warnings = ConfigLoader.Warnings(
            Env(("PGRST_RAW_MEDIA_TYPES", "x"), ("PGRST_NO_SUCH", "x")), ConfigFile.Parse("server-proxy-uri = \"\"\nx = 1", Env()));

        Assert.Equal(["The setting raw-media-types no longer exists and has no effect.", "The setting server-proxy-uri no longer exists and has no effect."], warnings);
    }

    [Fact]
    public void Nothing_configured_is_a_configuration_that_answers_only_refusals()
    {
        var config = ConfigLoader.Load(Env());

        Assert.Equal("PGRST302", Assert.Throws<Server.Errors.ApiException>(() => new Authenticator(config).Authenticate(null)).Error.Code);
        Assert.Equal("PGRST300", Assert.Throws<Server.Errors.ApiException>(() => new Authenticator(config).Authenticate("Bearer x")).Error.Code);
    }

    static string Text(AppConfig config) => Encoding.UTF8.GetString(config.JwtSecret!.Value.Span);
}
