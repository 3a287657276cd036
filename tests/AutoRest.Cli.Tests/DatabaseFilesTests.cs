using AutoRest.Cli.Database;

namespace AutoRest.Cli.Tests;

public sealed class DatabaseFilesTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Verifier_of_a_known_password_and_salt()
    {
        var verifier = ScramVerifier.Create("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);

        // RFC 7677 §3: the same password and salt; the keys are those its exchange proves.
        Assert.Equal("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=", verifier.Text);
    }

    [Fact]
    public void Verifier_matches_its_password_only()
    {
        var verifier = ScramVerifier.Create("right");

        Assert.True(verifier.Matches("right"));
        Assert.False(verifier.Matches("wrong"));
        Assert.False(verifier.Matches(""));
        Assert.NotEqual(verifier, ScramVerifier.Create("right"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("md5d0be2dc421be4fcd0172e5afceea3970")]
    [InlineData("SCRAM-SHA-256$4096:x$y:z")]
    [InlineData("SCRAM-SHA-256$0:AAAA$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$many:AAAA$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$4096:!!!!$AAAA:AAAA")]
    public void What_is_no_verifier_matches_nothing(string text) => Assert.False(new ScramVerifier(text).Matches("x"));

    static string Template => File.ReadAllText(Project.Find().PgBouncerTemplate);

    [Fact]
    public void Native_pooler_configuration_has_our_addresses_and_keeps_the_rest()
    {
        var ini = PgBouncerIni.Native(Template, 6001, 6002, "/d/userlist.txt", preparesStatements: false);

        var lines = ini.Split('\n');
        Assert.Contains("autorest = host=127.0.0.1 port=6002 dbname=autorest", lines);
        Assert.Contains("listen_addr = 127.0.0.1", lines);
        Assert.Contains("listen_port = 6001", lines);
        Assert.Contains("auth_file = /d/userlist.txt", lines);
        Assert.Contains("unix_socket_dir = ", lines);
        Assert.Contains("pool_mode = transaction", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("max_prepared_statements", StringComparison.Ordinal));
        Assert.Equal(Template.Split('\n').Length, lines.Length);
    }

    [Fact]
    public void New_pooler_prepares_statements() =>
        Assert.Contains("max_prepared_statements = 200", PgBouncerIni.Native(Template, 1, 2, "u", preparesStatements: true).Split('\n'));

    [Fact]
    public void Template_without_a_replaced_line_is_refused() =>
        Assert.Contains("\"listen_port = …\"", Assert.Throws<CliError>(() => PgBouncerIni.Native(Template.Replace("listen_port", "port", StringComparison.Ordinal), 1, 2, "u", false)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("PgBouncer 1.18.0\nlibevent 2.1\n", 1, 18)]
    [InlineData("PgBouncer 1.21.0", 1, 21)]
    public void Pooler_version_is_read(string said, int major, int minor)
    {
        var version = PgBouncerProgram.ParseVersion(said)!;
        Assert.Equal((major, minor), (version.Major, version.Minor));
        Assert.Equal(minor >= 21, new PgBouncerProgram("", version).PreparesStatements);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pgbouncer version x")]
    public void Unreadable_pooler_version_is_none(string said) => Assert.Null(PgBouncerProgram.ParseVersion(said));

    [Theory]
    [InlineData("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)", "15.13", 15)]
    [InlineData("postgres (PostgreSQL) 17.2\n", "17.2", 17)]
    [InlineData("postgres (PostgreSQL) 18beta1", "18beta1", 18)]
    public void Server_version_is_read(string said, string version, int major) => Assert.Equal((version, major), PostgresBinaries.ParseVersion(said));

    [Theory]
    [InlineData("")]
    [InlineData("postgres (PostgreSQL) devel")]
    [InlineData("something else")]
    public void Unreadable_server_version_is_none(string said) => Assert.Null(PostgresBinaries.ParseVersion(said));

    [Fact]
    public void Binaries_are_found_in_this_order()
    {
        foreach (var folder in (string[])["usr/lib/postgresql/9.6/bin", "usr/lib/postgresql/17/bin", "usr/lib/postgresql/15/bin", "opt/homebrew/opt/postgresql@16/bin"])
        {
            Directory.CreateDirectory(_temp.In(folder.Split('/')));
        }

        var found = PostgresBinaries.Candidates("/p", _temp.Path, path: $"/a{Path.PathSeparator}/b").ToList();

        Assert.SkipWhen(OperatingSystem.IsWindows(), "other folders there");
        Assert.Equal(
            [
                "/a", "/b", _temp.In("usr/lib/postgresql/17/bin"), _temp.In("usr/lib/postgresql/15/bin"), _temp.In("usr/lib/postgresql/9.6/bin"), _temp.In("opt/homebrew/opt/postgresql@16/bin"),
                $"/p/node_modules/{PostgresBinaries.NpmPackage}/native/bin", $"/p/artifacts/npm/node_modules/{PostgresBinaries.NpmPackage}/native/bin",
            ],
            found);
    }

    [Fact]
    public void Folder_is_complete_with_both_programs_only()
    {
        _temp.Write(Executables.FileName("postgres"), "");
        Assert.False(PostgresBinaries.IsComplete(_temp.Path));
        _temp.Write(Executables.FileName("initdb"), "");
        Assert.True(PostgresBinaries.IsComplete(_temp.Path));
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void Half_created_cluster_is_refused(bool version, bool marker, bool refused)
    {
        var data = new DataFolder(_temp.Path);
        _temp.Write("pg/global/pg_control", "");
        if (version)
        {
            _temp.Write("pg/PG_VERSION", "15\n");
        }

        if (marker)
        {
            _temp.Write("pg.created", "");
        }

        if (refused)
        {
            Assert.Contains("only half created", Assert.Throws<CliError>(() => PostgresCluster.ExistingVersion(data)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(15, PostgresCluster.ExistingVersion(data));
        }
    }

    [Fact]
    public void Empty_and_missing_cluster_folders_are_no_cluster()
    {
        Assert.Null(PostgresCluster.ExistingVersion(new DataFolder(_temp.Path)));
        Directory.CreateDirectory(_temp.In("pg"));
        Assert.Null(PostgresCluster.ExistingVersion(new DataFolder(_temp.Path)));
    }
}
