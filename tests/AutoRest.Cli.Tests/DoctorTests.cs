using System.Text.Json;
using AutoRest.Cli.Doctor;
using Npgsql;

namespace AutoRest.Cli.Tests;

/// <summary>Each fault is planted in a real database, found, mended with what <c>doctor</c> printed, and not found again.</summary>
[Collection("processes")]
public sealed class DoctorTests(DoctorTests.Database database) : IClassFixture<DoctorTests.Database>
{
    readonly Tool _tool = database.Tool;

    /// <summary>One stack for all of them: every fault is about objects of its own, and is mended.</summary>
    public sealed class Database : IAsyncLifetime
    {
        internal Tool Tool { get; } = new();

        internal Said Fresh { get; private set; } = new(0, "", "");

        public async ValueTask InitializeAsync()
        {
            await Tool.Succeed("up", "--detach", "--database-only");
            Fresh = await Tool.Run("doctor");
        }

        public ValueTask DisposeAsync() => Tool.DisposeAsync();
    }

    [Fact]
    public void Fresh_stack_is_in_order()
    {
        Assert.Equal(0, database.Fresh.ExitCode);
        Assert.Matches("\n0 errors, 0 warnings, [0-9]+ hints\n$", database.Fresh.Output);
        Assert.Contains("✓ PostgreSQL ", database.Fresh.Output, StringComparison.Ordinal);
    }

    Task<NpgsqlConnection> Superuser() => _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword);

    async Task<(int ExitCode, JsonElement Report)> Doctor(params string[] more)
    {
        var said = await _tool.Run(["doctor", "--json", .. more]);
        Assert.True(said.Output.StartsWith('{'), said.ToString());
        return (said.ExitCode, JsonDocument.Parse(said.Output).RootElement);
    }

    static JsonElement? Find(JsonElement report, string check, string subject) => report.GetProperty("findings").EnumerateArray()
        .Where(finding => finding.GetProperty("check").GetString() == check && finding.GetProperty("subject").GetString() == subject)
        .Select(finding => (JsonElement?)finding).FirstOrDefault();

    static string Text(JsonElement finding, string name) => finding.GetProperty(name).GetString()!;

    /// <summary>Check, severity, subject, what plants it, more arguments.</summary>
    public static TheoryData<string, string, string, string, string> Faults => new()
    {
        { "authenticator-attributes", "error", "authenticator", "ALTER ROLE authenticator SUPERUSER", "" },
        { "authenticator-attributes", "error", "authenticator", "ALTER ROLE authenticator BYPASSRLS", "" },
        { "authenticator-attributes", "error", "authenticator", "ALTER ROLE authenticator CREATEROLE", "" },
        { "authenticator-attributes", "error", "authenticator", "ALTER ROLE authenticator REPLICATION", "" },
        { "authenticator-attributes", "warning", "authenticator", "ALTER ROLE authenticator CREATEDB", "" },
        { "authenticator-attributes", "warning", "authenticator", "ALTER ROLE authenticator INHERIT", "" },
        { "role-attributes", "error", "web_user", "ALTER ROLE web_user BYPASSRLS", "" },
        { "role-attributes", "error", "pg_read_all_data", "GRANT pg_read_all_data TO authenticator", "" },
        { "role-attributes", "error", "pg_read_all_data", "GRANT pg_read_all_data TO web_user", "" },
        { "anonymous-role", "error", "d_ghost", "SELECT 1", "--anon-role=d_ghost" },
        { "anonymous-role", "error", "d_loose", "CREATE ROLE d_loose", "--anon-role=d_loose" },
        { "anonymous-role", "warning", "api_anon", "ALTER ROLE api_anon LOGIN", "" },
        { "schemas", "error", "d_ghost", "SELECT 1", "--schema=api,d_ghost" },
        { "schemas", "error", "d_closed", "CREATE SCHEMA d_closed", "--schema=api,d_closed" },
        { "schemas", "error", "api", "GRANT CREATE ON SCHEMA api TO web_user", "" },
        { "schemas", "warning", "public", "GRANT CREATE ON SCHEMA public TO PUBLIC", "" },
        { "table-without-rls", "warning", "api.\"D Open\"", "CREATE TABLE api.\"D Open\" (a int); GRANT SELECT ON api.\"D Open\" TO api_anon", "" },
        { "table-without-rls", "error", "api.d_written", "CREATE TABLE api.d_written (a int); GRANT INSERT (a) ON api.d_written TO web_user", "" },
        { "table-without-rls", "error", "api.d_public", "CREATE TABLE api.d_public (a int) PARTITION BY LIST (a); GRANT DELETE ON api.d_public TO PUBLIC", "" },
        { "rls-not-forced", "error", "api.d_owned", "CREATE TABLE api.d_owned (a int); ALTER TABLE api.d_owned ENABLE ROW LEVEL SECURITY; ALTER TABLE api.d_owned OWNER TO web_user", "" },
        { "view-bypasses-rls", "warning", "api.d_view", "CREATE VIEW api.d_view AS SELECT * FROM api.todos; GRANT SELECT ON api.d_view TO api_anon", "" },
        { "table-without-policy", "hint", "api.d_empty", "CREATE TABLE api.d_empty (a int); ALTER TABLE api.d_empty ENABLE ROW LEVEL SECURITY; GRANT SELECT ON api.d_empty TO api_anon", "" },
        { "policy-always-true", "error", "d_all on api.d_free", "CREATE TABLE api.d_free (a int); ALTER TABLE api.d_free ENABLE ROW LEVEL SECURITY; GRANT ALL ON api.d_free TO api_anon; CREATE POLICY d_all ON api.d_free USING (true)", "" },
        { "policy-always-true", "error", "d_in on api.d_insert", "CREATE TABLE api.d_insert (a int); ALTER TABLE api.d_insert ENABLE ROW LEVEL SECURITY; GRANT INSERT ON api.d_insert TO api_anon; CREATE POLICY d_in ON api.d_insert FOR INSERT TO api_anon WITH CHECK (true)", "" },
        { "policy-always-true", "hint", "todos_read on api.todos", "SELECT 1", "" },
        { "security-definer", "error", "api.d_run()", "CREATE FUNCTION api.d_run() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN 1; END'", "" },
        { "security-definer", "error", "autorest.d_call(integer)", "CREATE PROCEDURE autorest.d_call(int) LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END'; GRANT EXECUTE ON PROCEDURE autorest.d_call TO web_user; GRANT USAGE ON SCHEMA autorest TO web_user", "" },
        { "foreign-key-index", "warning", "api.d_child (a, \"B b\")", "CREATE TABLE api.d_parent (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE api.d_child (a int, \"B b\" int, FOREIGN KEY (a, \"B b\") REFERENCES api.d_parent); CREATE INDEX ON api.d_child (a)", "" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Planted_fault_is_found_and_gone_after_its_remedy(string check, string severity, string subject, string plant, string more)
    {
        string[] arguments = more.Length > 0 ? [more] : [];
        await using var superuser = await Superuser();
        await Tool.Scalar(superuser, plant);

        var (exitCode, report) = await Doctor(arguments);
        var found = Find(report, check, subject);

        Assert.True(found is not null, report.ToString());
        Assert.Equal(severity, Text(found.Value, "severity"));
        Assert.True(exitCode >= (severity switch { "error" => 3, "warning" => 2, _ => 0 }));
        await Tool.Scalar(superuser, Text(found.Value, "sql"));
        var (_, mended) = await Doctor(arguments);
        Assert.True(Find(mended, check, subject) is null, mended.ToString());
    }

    [Fact]
    public void Every_check_has_a_planted_fault() =>
        Assert.Equal(DatabaseChecks.Names, Faults.Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task Server_configuration_is_examined_as_the_server_would_use_it()
    {
        var port = (await _tool.Component("postgres")).GetProperty("address").GetString()!.Split(':')[1];
        await using var tool = new Tool();
        tool.Variables["PGRST_DB_URI"] = $"postgresql://authenticator:{_tool.Secrets.AuthenticatorPassword}@127.0.0.1:{port}/autorest";
        tool.Variables["PGRST_DB_SCHEMAS"] = "api";
        tool.Variables["PGRST_DB_ANON_ROLE"] = "api_anon";
        tool.Variables["PGRST_JWT_SECRET"] = "short";

        var said = await tool.Run("doctor", "--json");
        var report = JsonDocument.Parse(said.Output).RootElement;

        Assert.Equal("error", Text(Find(report, "jwt-secret", "jwt-secret")!.Value, "severity"));
        Assert.Equal("none", report.GetProperty("facts").GetProperty("pooler").GetString());
        Assert.Equal(3, said.ExitCode);
        Assert.DoesNotContain(_tool.Secrets.AuthenticatorPassword, said.Output + said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transaction_pooler_without_a_way_to_listen_is_found()
    {
        var pooler = (await _tool.Status()).GetProperty("poolerUrl").GetString();
        Assert.SkipWhen(pooler is null, "PgBouncer is not installed");
        await using var tool = new Tool();
        tool.Variables["PGRST_JWT_SECRET"] = new string('x', 32);
        var uri = pooler!.Replace("authenticator@", $"authenticator:{_tool.Secrets.AuthenticatorPassword}@", StringComparison.Ordinal);

        var report = JsonDocument.Parse((await tool.Run("doctor", "--json", "--db-uri", uri, "--schema", "api", "--anon-role", "api_anon")).Output).RootElement;

        Assert.True(report.GetProperty("facts").TryGetProperty("pooler", out var mode), report.ToString());
        Assert.Equal("transaction pooling", mode.GetString());
        Assert.Contains(report.GetProperty("findings").EnumerateArray(), finding => Text(finding, "check") == "listen");
        var kept = report.GetProperty("facts").GetProperty("prepared statements").GetString();
        Assert.Equal(Cli.Database.PgBouncerProgram.Find()!.PreparesStatements ? "kept" : "lost between transactions", kept);
        // Nothing of the probe is left on the connections that others will get.
        await using var connection = await _tool.Connect("pgbouncer", "authenticator", _tool.Secrets.AuthenticatorPassword);
        Assert.Equal(0L, await Tool.Scalar(connection, "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%autorest doctor */'"));
    }

    [Fact]
    public async Task Open_secret_file_is_found_and_closed_by_the_command_printed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no modes there");
        var file = _tool.Secrets.JwtSecretFile;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        var found = Find((await Doctor()).Report, "secret-mode", file);

        Assert.Equal("error", Text(found!.Value, "severity"));
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", Text(found.Value, "command")]);
        await shell.WaitForExitAsync();
        Assert.Null(Find((await Doctor()).Report, "secret-mode", file));
    }

    [Theory]
    [InlineData("postgresql://nobody:x@127.0.0.1:{0}/autorest", "refuses the login")]
    [InlineData("postgresql://authenticator@127.0.0.1:1/autorest", "cannot be reached")]
    public async Task Connection_that_fails_is_a_finding(string uri, string message)
    {
        var port = (await _tool.Component("postgres")).GetProperty("address").GetString()!.Split(':')[1];

        var (exitCode, report) = await Doctor("--db-uri", uri.Replace("{0}", port, StringComparison.Ordinal));

        Assert.Equal(3, exitCode);
        Assert.Contains(report.GetProperty("findings").EnumerateArray(), finding => Text(finding, "check") == "connection" && Text(finding, "message").StartsWith(message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_for_people_name_the_remedy()
    {
        var said = await _tool.Run("doctor", "--anon-role", "d_nobody");

        Assert.Equal(3, said.ExitCode);
        Assert.Contains("✗ error d_nobody is the anonymous role and does not exist: every request without a token fails [anonymous-role]\n    CREATE ROLE d_nobody NOLOGIN; GRANT d_nobody TO authenticator;\n", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_examine_is_one_sentence()
    {
        await using var tool = new Tool();

        var said = await tool.Run("doctor");

        Assert.Equal((1, "autorest: No database was named, and the stack is not running: give --db-uri, or start the stack with `autorest up`."), (said.ExitCode, said.Error.Trim()));
    }
}

/// <summary>What <c>doctor</c> makes of facts that a test cannot bring about: another machine, another time.</summary>
public sealed class ExaminationTests
{
    [Theory]
    [InlineData(1.5, null)]
    [InlineData(-5, "Warning")]
    [InlineData(31, "Error")]
    [InlineData(-3600, "Error")]
    public void Clock_that_differs_is_found(double seconds, string? severity) =>
        Assert.Equal(severity, Examination.ClockSkew(TimeSpan.FromSeconds(seconds))?.Severity.ToString());

    [Theory]
    [InlineData(false, SslMode.Prefer, "Error")]
    [InlineData(true, SslMode.Require, "Warning")]
    [InlineData(true, SslMode.VerifyFull, null)]
    public void Connection_to_another_machine_is_encrypted_and_verified(bool encrypted, SslMode mode, string? severity) =>
        Assert.Equal(severity, Examination.Encryption(encrypted, mode, "db").SingleOrDefault()?.Severity.ToString());

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("localhost", true)]
    [InlineData("/run/postgresql", true)]
    [InlineData("db.example.com", false)]
    [InlineData("10.0.0.1", false)]
    public void Only_loopback_and_sockets_are_local(string host, bool local) => Assert.Equal(local, Examination.IsLocal(host));

    [Fact]
    public void Session_pooler_is_worth_a_hint() =>
        Assert.Equal(["pooler"], Examination.Pooler(new PoolerProbe(PoolingMode.Session, null), listensDirectly: true, "x").Select(finding => finding.Check));

    [Theory]
    [InlineData(new Severity[0], 0)]
    [InlineData(new[] { Severity.Hint }, 0)]
    [InlineData(new[] { Severity.Hint, Severity.Warning }, 2)]
    [InlineData(new[] { Severity.Warning, Severity.Error }, 3)]
    public void Exit_code_is_that_of_the_worst(object severities, int exitCode) =>
        Assert.Equal(exitCode, new Report([], [.. ((Severity[])severities).Select(severity => new Finding("", severity, "", ""))]).ExitCode);
}
