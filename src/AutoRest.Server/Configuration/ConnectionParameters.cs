using System.Collections.Frozen;
using System.Text;

namespace AutoRest.Server.Configuration;

/// <summary>Reads the three forms of a connection string and completes them from service file and environment, as libpq does.</summary>
/// <remarks>contract/configuration.md §7; PostgreSQL documentation, "Connection Strings" and "Environment Variables".</remarks>
static class ConnectionParameters
{
    /// <summary>Every parameter libpq knows, with the variable that supplies it.</summary>
    static readonly FrozenDictionary<string, string?> Known = new Dictionary<string, string?>
    {
        ["host"] = "PGHOST",
        ["hostaddr"] = "PGHOSTADDR",
        ["port"] = "PGPORT",
        ["dbname"] = "PGDATABASE",
        ["user"] = "PGUSER",
        ["password"] = "PGPASSWORD",
        ["passfile"] = "PGPASSFILE",
        ["service"] = "PGSERVICE",
        ["servicefile"] = "PGSERVICEFILE",
        ["require_auth"] = "PGREQUIREAUTH",
        ["channel_binding"] = "PGCHANNELBINDING",
        ["options"] = "PGOPTIONS",
        ["application_name"] = "PGAPPNAME",
        ["fallback_application_name"] = null,
        ["sslmode"] = "PGSSLMODE",
        ["sslnegotiation"] = "PGSSLNEGOTIATION",
        ["sslcompression"] = "PGSSLCOMPRESSION",
        ["sslcert"] = "PGSSLCERT",
        ["sslkey"] = "PGSSLKEY",
        ["sslpassword"] = null,
        ["sslcertmode"] = "PGSSLCERTMODE",
        ["sslrootcert"] = "PGSSLROOTCERT",
        ["sslcrl"] = "PGSSLCRL",
        ["sslcrldir"] = "PGSSLCRLDIR",
        ["sslsni"] = "PGSSLSNI",
        ["ssl_min_protocol_version"] = "PGSSLMINPROTOCOLVERSION",
        ["ssl_max_protocol_version"] = "PGSSLMAXPROTOCOLVERSION",
        ["requirepeer"] = "PGREQUIREPEER",
        ["gssencmode"] = "PGGSSENCMODE",
        ["krbsrvname"] = "PGKRBSRVNAME",
        ["gsslib"] = "PGGSSLIB",
        ["gssdelegation"] = "PGGSSDELEGATION",
        ["connect_timeout"] = "PGCONNECT_TIMEOUT",
        ["client_encoding"] = "PGCLIENTENCODING",
        ["target_session_attrs"] = "PGTARGETSESSIONATTRS",
        ["load_balance_hosts"] = "PGLOADBALANCEHOSTS",
        ["min_protocol_version"] = "PGMINPROTOCOLVERSION",
        ["max_protocol_version"] = "PGMAXPROTOCOLVERSION",
        ["keepalives"] = null,
        ["keepalives_idle"] = null,
        ["keepalives_interval"] = null,
        ["keepalives_count"] = null,
        ["tcp_user_timeout"] = null,
        ["replication"] = null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <exception cref="ConfigException">Malformed text or an unknown parameter.</exception>
    public static Dictionary<string, string> Resolve(string text, IReadOnlyDictionary<string, string> environment)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text.StartsWith("postgresql://", StringComparison.Ordinal) || text.StartsWith("postgres://", StringComparison.Ordinal))
        {
            ReadUri(text, parameters);
        }
        else if (text.Contains('=', StringComparison.Ordinal))
        {
            ReadKeywords(text, parameters);
        }
        else if (text.Trim() is { Length: > 0 } database)
        {
            parameters["dbname"] = database;
        }

        ReadService(parameters, environment);
        foreach (var (name, variable) in Known)
        {
            if (variable is not null && !IsSet(parameters, name) && environment.TryGetValue(variable, out var value) && value.Length > 0)
            {
                parameters[name] = value;
            }
        }

        return parameters;
    }

    static bool IsSet(Dictionary<string, string> parameters, string name) => parameters.TryGetValue(name, out var value) && value.Length > 0;

    static void ReadUri(string text, Dictionary<string, string> parameters)
    {
        var rest = text.AsSpan(text.IndexOf("//", StringComparison.Ordinal) + 2);
        var question = rest.IndexOf('?');
        // Credentials end at the first @, and only before any slash: what belongs into a password beyond that is percent-encoded.
        var at = rest.IndexOfAny('@', '/');
        if (at >= 0 && rest[at] == '@')
        {
            var credentials = rest[..at];
            rest = rest[(at + 1)..];
            question = rest.IndexOf('?');
            var colon = credentials.IndexOf(':');
            parameters["user"] = Decode(colon < 0 ? credentials : credentials[..colon]);
            if (colon >= 0)
            {
                parameters["password"] = Decode(credentials[(colon + 1)..]);
            }
        }

        var query = question < 0 ? default : rest[(question + 1)..];
        rest = question < 0 ? rest : rest[..question];
        var slash = rest.IndexOf('/');
        if (slash >= 0)
        {
            parameters["dbname"] = Decode(rest[(slash + 1)..]);
            rest = rest[..slash];
        }

        ReadHosts(rest, parameters);
        foreach (var range in query.Split('&'))
        {
            if (query[range] is { IsEmpty: false } pair)
            {
                ReadQueryParameter(pair, parameters);
            }
        }
    }

    static void ReadHosts(ReadOnlySpan<char> text, Dictionary<string, string> parameters)
    {
        var hosts = new List<string>();
        var ports = new List<string>();
        foreach (var range in text.Split(','))
        {
            var item = text[range];
            var hostEnd = item.IndexOf(':');
            var host = hostEnd < 0 ? item : item[..hostEnd];
            if (item.StartsWith("["))
            {
                var close = item.IndexOf(']');
                if (close < 2)
                {
                    throw new ConfigException("db-uri: IPv6 host address may not be empty, and ends with \"]\"");
                }

                host = item[1..close];
                hostEnd = close + 1 < item.Length ? close + 1 : -1;
            }

            if (hostEnd >= 0 && item[hostEnd] != ':')
            {
                throw new ConfigException("db-uri: expected \":\" after the host");
            }

            hosts.Add(Decode(host));
            ports.Add(hostEnd < 0 ? "" : Decode(item[(hostEnd + 1)..]));
        }

        if (hosts.Exists(h => h.Length > 0))
        {
            parameters["host"] = string.Join(',', hosts);
        }

        if (ports.Exists(p => p.Length > 0))
        {
            parameters["port"] = string.Join(',', ports);
        }
    }

    static void ReadQueryParameter(ReadOnlySpan<char> pair, Dictionary<string, string> parameters)
    {
        var equals = pair.IndexOf('=');
        if (equals < 0)
        {
            throw new ConfigException($"db-uri: missing key/value separator \"=\" in URI query parameter: \"{pair}\"");
        }

        var name = Decode(pair[..equals]);
        var value = Decode(pair[(equals + 1)..]);
        // A spelling of JDBC that libpq takes.
        (name, value) = name == "ssl" && value == "true" ? ("sslmode", "require") : (name, value);
        parameters[Known.ContainsKey(name) ? name : throw new ConfigException($"db-uri: invalid URI query parameter: \"{name}\"")] = value;
    }

    static string Decode(ReadOnlySpan<char> text)
    {
        if (!text.Contains('%'))
        {
            return text.ToString();
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])
                || text.Slice(i + 1, 2).SequenceEqual("00")))
            {
                throw new ConfigException("db-uri: invalid percent-encoded token");
            }
        }

        return Uri.UnescapeDataString(text);
    }

    static void ReadKeywords(string text, Dictionary<string, string> parameters)
    {
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return;
            }

            var equals = text.IndexOf('=', at);
            var name = equals < 0 ? text[at..] : text[at..equals].TrimEnd();
            if (equals < 0 || name.Any(char.IsWhiteSpace))
            {
                throw new ConfigException($"db-uri: missing \"=\" after \"{name.Split(' ')[0]}\" in connection info string");
            }

            at = equals + 1;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            var value = ReadValue(text, ref at);
            parameters[Known.ContainsKey(name) ? name : throw new ConfigException($"db-uri: invalid connection option \"{name}\"")] = value;
        }
    }

    /// <summary>Up to the next blank, or in single quotes; a backslash takes the next character as it is.</summary>
    static string ReadValue(string text, ref int at)
    {
        var quoted = at < text.Length && text[at] == '\'';
        var value = new StringBuilder();
        for (at += quoted ? 1 : 0; at < text.Length; at++)
        {
            var c = text[at];
            if (quoted ? c == '\'' : char.IsWhiteSpace(c))
            {
                at++;
                return value.ToString();
            }

            value.Append(c == '\\' && at + 1 < text.Length ? text[++at] : c);
        }

        return quoted ? throw new ConfigException("db-uri: unterminated quoted string in connection info string") : value.ToString();
    }

    /// <summary>A named group of parameters in an INI file: below the string, above the environment.</summary>
    static void ReadService(Dictionary<string, string> parameters, IReadOnlyDictionary<string, string> environment)
    {
        if ((IsSet(parameters, "service") ? parameters["service"] : environment.GetValueOrDefault("PGSERVICE")) is not { Length: > 0 } service)
        {
            return;
        }

        var home = environment.GetValueOrDefault("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] files =
        [
            (IsSet(parameters, "servicefile") ? parameters["servicefile"] : environment.GetValueOrDefault("PGSERVICEFILE")) ?? Path.Combine(home, ".pg_service.conf"),
            environment.GetValueOrDefault("PGSYSCONFDIR") is { Length: > 0 } directory ? Path.Combine(directory, "pg_service.conf") : null,
        ];
        foreach (var file in files)
        {
            if (file is not null && File.Exists(file) && ReadServiceFile(file, service, parameters))
            {
                return;
            }
        }

        throw new ConfigException($"db-uri: definition of service \"{service}\" not found");
    }

    static bool ReadServiceFile(string file, string service, Dictionary<string, string> parameters)
    {
        var found = false;
        foreach (var line in Encoding.UTF8.GetString(Secrets.ReadFile(file)).Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith('['))
            {
                if (found)
                {
                    break;
                }

                found = line == $"[{service}]";
            }
            else if (found && line.Length > 0 && line[0] != '#')
            {
                var equals = line.IndexOf('=', StringComparison.Ordinal);
                var name = equals < 0 ? line : line[..equals].Trim();
                if (equals < 0 || !Known.ContainsKey(name))
                {
                    throw new ConfigException($"db-uri: syntax error in service file \"{file}\"");
                }

                parameters.TryAdd(name, line[(equals + 1)..].Trim());
            }
        }

        return found;
    }
}
