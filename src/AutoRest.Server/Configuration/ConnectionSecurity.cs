using Npgsql;
using static AutoRest.Server.Configuration.ConnectionString;

namespace AutoRest.Server.Configuration;

/// <summary>The parameters of a connection string that promise something about encryption or identity.</summary>
/// <remarks>contract/configuration.md §7: what cannot be kept is refused.</remarks>
static class ConnectionSecurity
{
    public static void Apply(NpgsqlConnectionStringBuilder builder, Dictionary<string, string> parameters)
    {
        Refuse(parameters, "sslcrl", static _ => true);
        Refuse(parameters, "sslcrldir", static _ => true);
        Refuse(parameters, "requirepeer", static _ => true);
        Refuse(parameters, "ssl_max_protocol_version", static _ => true);
        // The system's TLS library negotiates 1.2 or later; a higher floor cannot be set through the connection string.
        Refuse(parameters, "ssl_min_protocol_version", static v => v is not ("TLSv1" or "TLSv1.1" or "TLSv1.2"));
        Refuse(parameters, "sslcertmode", static v => v == "require");
        Refuse(parameters, "gssdelegation", static v => v != "0");
        Refuse(parameters, "replication", static v => v is not ("false" or "off" or "no" or "0"));
        Encryption(builder, parameters);
        builder.RequireAuth = Get(parameters, "require_auth") is { } methods ? string.Join(',', methods.Split(',').Select(Method)) : null;
        builder.ChannelBinding = Get(parameters, "channel_binding") switch
        {
            null or "prefer" => ChannelBinding.Prefer,
            "disable" => ChannelBinding.Disable,
            "require" => ChannelBinding.Require,
            var other => throw Invalid("channel_binding", other),
        };
        builder.GssEncryptionMode = Get(parameters, "gssencmode") switch
        {
            // libpq prefers it where there are Kerberos credentials; asking costs a round trip per connection and no one who needs it leaves it open.
            null or "disable" => GssEncryptionMode.Disable,
            "prefer" => GssEncryptionMode.Prefer,
            "require" => GssEncryptionMode.Require,
            var other => throw Invalid("gssencmode", other),
        };
    }

    static void Encryption(NpgsqlConnectionStringBuilder builder, Dictionary<string, string> parameters)
    {
        var rootCertificate = Get(parameters, "sslrootcert");
        var modeText = Get(parameters, "sslmode");
        if (rootCertificate == "system")
        {
            // As in libpq: with every public authority trusted, only the name of the host identifies the server.
            if (modeText is not (null or "verify-full"))
            {
                throw new ConfigException($"db-uri: weak sslmode \"{modeText}\" may not be used with sslrootcert=system (use \"verify-full\")");
            }

            modeText = "verify-full";
            rootCertificate = null;
        }

        var mode = modeText switch
        {
            null or "prefer" => SslMode.Prefer,
            "disable" => SslMode.Disable,
            "allow" => SslMode.Allow,
            "require" => SslMode.Require,
            "verify-ca" => SslMode.VerifyCA,
            "verify-full" => SslMode.VerifyFull,
            _ => throw Invalid("sslmode", modeText),
        };

        // libpq verifies against a given root certificate even when only encryption was asked for.
        if (mode == SslMode.Require && rootCertificate is not null)
        {
            mode = SslMode.VerifyCA;
        }

        if (mode == SslMode.VerifyFull && Get(parameters, "hostaddr") is { } address && Get(parameters, "host") is { } host && host != address)
        {
            throw new ConfigException("db-uri: sslmode=verify-full cannot be used with both host and hostaddr");
        }

        builder.SslMode = mode;
        builder.RootCertificate = mode is SslMode.VerifyCA or SslMode.VerifyFull ? rootCertificate : null;
        if (Get(parameters, "sslcertmode") != "disable")
        {
            builder.SslCertificate = Get(parameters, "sslcert");
            builder.SslKey = Get(parameters, "sslkey");
            builder.SslPassword = Get(parameters, "sslpassword");
        }

        builder.SslNegotiation = Get(parameters, "sslnegotiation") switch
        {
            null or "postgres" => SslNegotiation.Postgres,
            "direct" when mode >= SslMode.Require => SslNegotiation.Direct,
            "direct" => throw new ConfigException($"db-uri: weak sslmode \"{modeText ?? "prefer"}\" may not be used with sslnegotiation=direct"),
            var other => throw Invalid("sslnegotiation", other),
        };
    }

    /// <summary>The driver's name of a method of authentication; negated ones keep their mark.</summary>
    static string Method(string method)
    {
        var negated = method.TrimStart().StartsWith('!');
        var name = method.Trim().TrimStart('!') switch
        {
            "password" => "Password",
            "md5" => "MD5",
            "gss" => "GSS",
            "sspi" => "SSPI",
            "scram-sha-256" => "ScramSHA256",
            "none" => "None",
            _ => throw Invalid("require_auth", method),
        };
        return negated ? "!" + name : name;
    }

    static void Refuse(Dictionary<string, string> parameters, string name, Func<string, bool> demandsMore)
    {
        if (Get(parameters, name) is { } value && demandsMore(value))
        {
            throw new ConfigException($"db-uri: {name}={value} is not supported");
        }
    }
}
