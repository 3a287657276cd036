using System.Globalization;
using System.Text.Json;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Tests;

/// <summary>
/// The command lines, variables, health checks, users, capabilities, mounts and read-only roots of pooler, server and proxy, as
/// <c>docker-compose.yml</c> and the Dockerfiles have them: nothing of it is written down here a second time. The database is a native one.
/// </summary>
[Collection("processes")]
public sealed class ContainerCommandTests : IAsyncLifetime
{
    readonly Tool _tool = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        // The network is gone by now, and stopping needs none.
        _tool.Prefix = [];
        return _tool.DisposeAsync();
    }

    static string Built(string assembly, string folder) => Path.GetDirectoryName(Project.Find().Program(assembly, folder, "AUTOREST_NO_SUCH_VARIABLE")[^1])!;

    static async Task Until(Sandbox.Service service, int exitCode)
    {
        for (var i = 0; (await service.AskHealth()).ExitCode is var code && (exitCode == 0 ? code != 0 : code == 0); i++)
        {
            Assert.False(service.Process.HasExited, $"{service.Name} ended: {service.Log}");
            Assert.True(i < 300, $"the health check of {service.Name} still says {code}: {service.Log}");
            await Task.Delay(200);
        }
    }

    // What --cap-add is in /proc: one bit each (linux/capability.h).
    static string Mask(IEnumerable<string> capabilities)
    {
        string[] names = ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE"];
        return capabilities.Aggregate(0UL, (mask, name) => mask | (1UL << Array.IndexOf(names, name))).ToString("x16", CultureInfo.InvariantCulture);
    }

    static async Task Confined(Sandbox.Service service, JsonElement described, string user)
    {
        Assert.Equal(user, service.Status("Uid"));
        Assert.Equal("1", service.Status("NoNewPrivs"));
        Assert.Equal(new string('0', 16), service.Status("CapEff"));
        Assert.Equal(Mask(described.Strings("cap_add")), service.Status("CapBnd"));
        // Even for root there; not all of them have all folders.
        foreach (var folder in (string[])["", "/etc", "/var/lib", "/app", "/run/secrets"])
        {
            Assert.Matches(folder is "/app" or "/run/secrets" ? "Read-only file system|No such file" : "Read-only file system", (await Sandbox.Capture(["nsenter", "-t", $"{service.Process.Id}", "-m", "-r", "touch", folder + "/written"])).Output);
        }

        Assert.DoesNotContain("Read-only file system", service.Log.ToString(), StringComparison.Ordinal);
    }

    static async Task<string> Left(Sandbox.Service service, string folder) => (await Sandbox.Capture(["nsenter", "-t", $"{service.Process.Id}", "-m", "-r", "ls", "-A", folder])).Output;

    static async Task Stop(Sandbox.Service service, JsonElement described)
    {
        var signal = described.TryGetProperty("stop_signal", out var named) && named.GetString() == "SIGINT" ? Native.Interrupt : Native.Terminate;
        Native.Signal(service.Process.Id, signal);
        // Docker's patience, unless the file says more; the server's is a minute.
        await service.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(service.Process.ExitCode == 0, $"{service.Name} ended with {service.Process.ExitCode}: {service.Log}");
    }

    [Fact]
    public async Task Pooler_server_and_proxy_run_as_described_with_a_read_only_root_and_no_rights()
    {
        Assert.SkipUnless(Cli.Database.PgBouncerProgram.Find() is not null, "PgBouncer is not installed");
        var services = (await ComposeFile.Read()).GetProperty("services");
        await using var sandbox = await Sandbox.Create(_tool.Temp, services.EnumerateObject().Select(service => service.Name));
        _tool.Prefix = sandbox.InNetwork;
        await _tool.Succeed("up", "--detach", "--database-only", "--no-pooler", "--postgres-port", "5432");
        var (serverImage, proxyImage) = (await ImageFile.Read("src/AutoRest.Server/Dockerfile"), await ImageFile.Read("proxy/Dockerfile"));

        // In the order of depends_on, each healthy before the next.
        var pooler = sandbox.Start("pgbouncer", services.GetProperty("pgbouncer"), null, null, _tool.SecretsFolder);
        if (Executables.Find(pooler.HealthCheck[0]) is not null)
        {
            await Until(pooler, 0);
        }

        var server = sandbox.Start("server", services.GetProperty("server"), serverImage, Built("autorest-server", "src/AutoRest.Server"), _tool.SecretsFolder);
        await Until(server, 0);
        var proxy = sandbox.Start("proxy", services.GetProperty("proxy"), proxyImage, Built("autorest-proxy", "proxy"), _tool.SecretsFolder);
        await Until(proxy, 0);

        var token = (await _tool.Succeed("token", "--sub", "alice")).Trim();
        Task<(int, string Output)> Ask(string host, params string[] words) => Sandbox.Capture([.. sandbox.InNetwork, "curl", "-sS", "--max-time", "20", "-H", $"Host: {host}.localhost", .. words]);
        Assert.Equal((0, "[{\"owner\":\"alice\"}, \n {\"owner\":\"bob\"}]"), await Ask("api", "http://127.0.0.1:8080/todos?select=owner&id=in.(11111111-1111-4111-8111-111111111111,44444444-4444-4444-8444-444444444444)&order=owner"));
        Assert.Contains("\"owner\":\"alice\"", (await Ask("api", "http://127.0.0.1:8080/todos", "-H", $"Authorization: Bearer {token}", "-H", "Content-Type: application/json", "-H", "Prefer: return=representation", "-d", """{"task":"from a container"}""")).Output, StringComparison.Ordinal);
        Assert.Contains("\"PGRST30", (await Ask("api", "http://127.0.0.1:8080/todos", "-H", "Authorization: Bearer a.b.c")).Output, StringComparison.Ordinal);
        Assert.Contains("PROXY502", (await Ask("pgadmin", "http://127.0.0.1:8080/")).Output, StringComparison.Ordinal);

        await Confined(pooler, services.GetProperty("pgbouncer"), $"{OsAccount.ForDatabase().User}");
        await Confined(server, services.GetProperty("server"), serverImage.User ?? "1654");
        await Confined(proxy, services.GetProperty("proxy"), "1654");
        Assert.Equal("", await Left(server, "/tmp"));
        Assert.Equal("", await Left(proxy, "/tmp"));
        Assert.Equal("pgbouncer.ini\nuserlist.txt\n", await Left(pooler, "/run/pgbouncer"));
        Assert.Equal("authenticator_password\njwt_secret\n", await Left(server, "/run/secrets"));
        Assert.DoesNotContain(_tool.Secrets.AuthenticatorPassword, $"{pooler.Log}{server.Log}{proxy.Log}", StringComparison.Ordinal);

        // The health checks tell the truth: without a database the server is not ready, and the proxy need not be restarted.
        await Stop(pooler, services.GetProperty("pgbouncer"));
        await _tool.Succeed("down");
        await Until(server, 1);
        await Until(proxy, 0);
        await Stop(proxy, services.GetProperty("proxy"));
        await Stop(server, services.GetProperty("server"));
    }
}
