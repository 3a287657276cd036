namespace AutoRest.Cli.Tests;

public sealed class SecretsTests : IDisposable
{
    readonly TempFolder _temp = new();
    readonly Secrets _secrets;

    public SecretsTests() => _secrets = new Secrets(_temp.In("secrets"));

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Missing_files_are_made_with_these_lengths()
    {
        Assert.Equal(["jwt_secret", "postgres_password", "authenticator_password", "pgbouncer_admin_password", "replicator_password", "monitor_password", "pgadmin_password"], _secrets.Create());

        Assert.Equal(64, File.ReadAllText(_secrets.JwtSecretFile).Length);
        Assert.Matches("^[A-Za-z0-9]{32}$", _secrets.PostgresPassword);
        Assert.Matches("^[A-Za-z0-9]{32}$", _secrets.AuthenticatorPassword);
        Assert.NotEqual(_secrets.PostgresPassword, _secrets.AuthenticatorPassword);
    }

    [Fact]
    public void Only_the_owner_can_read_them()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("no file modes");
            return;
        }

        _secrets.Create();

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_secrets.Folder));
        foreach (var file in Directory.GetFiles(_secrets.Folder))
        {
            Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void Existing_file_is_never_overwritten()
    {
        _temp.Write("secrets/jwt_secret", "mine");

        Assert.DoesNotContain("jwt_secret", _secrets.Create());
        Assert.Equal("mine", _secrets.JwtSecret);
        Assert.Empty(_secrets.Create());
    }

    [Fact]
    public void Line_break_at_the_end_is_no_part_of_a_secret()
    {
        _temp.Write("secrets/postgres_password", "secret\n");

        Assert.Equal("secret", _secrets.PostgresPassword);
    }

    [Fact]
    public void Missing_and_empty_secrets_say_what_to_do()
    {
        Assert.Contains("is missing: run `autorest up`", Assert.Throws<CliError>(() => _secrets.JwtSecret).Message, StringComparison.Ordinal);
        _temp.Write("secrets/jwt_secret", "\n");
        Assert.Contains("is empty: delete it", Assert.Throws<CliError>(() => _secrets.JwtSecret).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Delete_leaves_other_files()
    {
        _secrets.Create();
        _temp.Write("secrets/README.md", "");

        _secrets.Delete();

        Assert.Equal(["README.md"], Directory.GetFiles(_secrets.Folder).Select(Path.GetFileName));
    }
}
