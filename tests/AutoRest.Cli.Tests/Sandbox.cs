using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Tests;

/// <summary>
/// What an engine would make of services of <c>docker-compose.yml</c>, made of the kernel's namespaces: one network of its own in which the services' names
/// are known and all ports are free, and for each service a root that is this machine's, read-only where the file says so, with its mounts, tmpfs and secrets in
/// the very places, its variables and no others, its user, its capabilities and no new privileges.
/// </summary>
/// <remarks>Not the images: their programs are those installed here. No limits on memory, CPU and processes.</remarks>
sealed class Sandbox : IAsyncDisposable
{
    // What the base images set.
    static readonly Dictionary<string, string> DotnetImage = new() { ["APP_UID"] = "1654", ["ASPNETCORE_HTTP_PORTS"] = "8080", ["DOTNET_RUNNING_IN_CONTAINER"] = "true" };

    readonly TempFolder _temp;
    readonly Process _network;
    readonly string _hosts;
    readonly List<Process> _started = [];

    Sandbox(TempFolder temp, Process network, IEnumerable<string> names)
    {
        (_temp, _network) = (temp, network);
        _hosts = temp.Write("hosts", $"127.0.0.1 localhost {string.Join(' ', names)}\n");
    }

    /// <summary>What a command is to be called with to run in the network.</summary>
    public string[] InNetwork => ["nsenter", "-t", $"{_network.Id}", "-n"];

    public static async Task<Sandbox> Create(TempFolder temp, IEnumerable<string> names)
    {
        Tool.Requires(
            OperatingSystem.IsLinux() && Native.IsRoot && ((string[])["nsenter", "unshare", "ip"]).All(program => Executables.Find(program, "/usr/sbin", "/sbin") is not null),
            "root on Linux with nsenter, unshare and ip, for namespaces, is not there");
        var network = Process.Start(new ProcessStartInfo("unshare", ["--net", "--mount", "sh", "-c", "ip link set lo up && echo ready && exec sleep infinity"]) { RedirectStandardOutput = true })!;
        // A container that may not make namespaces is no mistake of ours, and nothing can be installed against it.
        Assert.SkipUnless(await network.StandardOutput.ReadLineAsync() == "ready", "this machine allows root no namespaces");
        return new Sandbox(temp, network, names);
    }

    /// <summary>A service, started.</summary>
    /// <param name="Process">Its first process, as every step on the way becomes the next.</param>
    /// <param name="HealthCheck">Its command.</param>
    /// <param name="Inside">What a command is to be called with to run as the health check does.</param>
    public sealed record Service(string Name, Process Process, string[] HealthCheck, string[] Inside, StringBuilder Log)
    {
        public Task<(int ExitCode, string Output)> AskHealth() => Capture([.. Inside, .. HealthCheck]);

        public string Status(string field) => Regex.Match(File.ReadAllText($"/proc/{Process.Id}/status"), $@"^{field}:\t(\S+)", RegexOptions.Multiline).Groups[1].Value;
    }

    /// <summary>Starts one.</summary>
    /// <param name="service">Of the file.</param>
    /// <param name="image">Its Dockerfile, where it has one.</param>
    /// <param name="program">Folder that the image's own stage was built into.</param>
    /// <param name="secrets">Folder of the secrets.</param>
    public Service Start(string name, JsonElement service, ImageFile? image, string? program, string secrets)
    {
        var root = Project.Find().Root;
        var folder = _temp.In(name);
        Directory.CreateDirectory(Path.Combine(folder, "layer"));
        Directory.CreateDirectory(Path.Combine(folder, "root"));
        var mounts = new List<(string From, string To)> { (_hosts, "/etc/hosts") };
        if (image is not null)
        {
            mounts.Add((program!, image.Folder));
            mounts.AddRange(image.Copied.Select(copied => (_temp.Write($"{name}-{Path.GetFileName(copied.From)}", File.ReadAllText(Path.Combine(root, copied.From)), executable: true), copied.To)));
        }

        mounts.AddRange(service.Strings("volumes").Select(mount => mount.Split(':')).Select(parts => (parts[0], parts[1])));
        foreach (var secret in service.TryGetProperty("secrets", out var list) ? list.EnumerateArray().Select(entry => entry.GetProperty("source").GetString()!) : [])
        {
            mounts.Add((_temp.Write($"{name}-secrets/{secret}", File.ReadAllText(Path.Combine(secrets, secret))), "/run/secrets/" + secret));
        }

        var tmpfs = service.Strings("tmpfs").ToList();
        // The secrets are of another user than the container's root, as on a machine whose user is not root.
        var script = new StringBuilder($"set -eu\nfor secret in {Quote(_temp.In(name + "-secrets"))}/*; do if [ -e \"$secret\" ]; then chmod 600 \"$secret\"; chown 1000:1000 \"$secret\"; fi; done\nmount -t tmpfs tmpfs layer\nmkdir layer/upper layer/work\nmount -t overlay overlay -o lowerdir=/,upperdir=layer/upper,workdir=layer/work root\n");
        script.Append("mount --rbind /proc root/proc\nmount --rbind /dev root/dev\n");
        foreach (var (from, to) in mounts)
        {
            script.Append(System.Globalization.CultureInfo.InvariantCulture, $"mkdir -p \"$(dirname {Quote("root" + to)})\"; if [ -d {Quote(from)} ]; then mkdir -p {Quote("root" + to)}; else touch {Quote("root" + to)}; fi\n");
        }

        script.AppendJoin('\n', tmpfs.Select(path => $"mkdir -p {Quote("root" + path)}")).Append('\n');
        if (service.TryGetProperty("read_only", out var readOnly) && readOnly.GetBoolean())
        {
            script.Append("mount -o remount,ro root\n");
        }

        foreach (var (from, to) in mounts)
        {
            script.Append(System.Globalization.CultureInfo.InvariantCulture, $"mount --bind {Quote(from)} {Quote("root" + to)}; mount -o remount,bind,ro {Quote("root" + to)}\n");
        }

        script.AppendJoin('\n', tmpfs.Select(path => $"mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs {Quote("root" + path)}")).Append('\n');

        // Docker's order: the image's variables, then the service's.
        var variables = new Dictionary<string, string> { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ["HOSTNAME"] = name };
        foreach (var (key, value) in (IEnumerable<KeyValuePair<string, string>>)[.. image is null ? [] : DotnetImage, .. image?.Variables ?? [], .. service.Variables()])
        {
            variables[key] = value;
        }

        var user = service.TryGetProperty("user", out var asked) ? asked.GetString()!.Split(':')[0] : image?.User is { } named ? variables[named.TrimStart('$')] : "0";
        variables["HOME"] = user == "0" ? "/root" : "/home/app";
        var capabilities = string.Join(',', ["-all", .. service.Strings("cap_add").Select(capability => "+" + capability.ToLowerInvariant())]);
        Assert.Equal(["ALL"], service.Strings("cap_drop"));
        Assert.Equal(["no-new-privileges:true"], service.Strings("security_opt"));
        string[] confined =
        [
            "setpriv", $"--bounding-set={capabilities}", "--inh-caps=-all", "--no-new-privs", .. user == "0" ? (string[])[] : [$"--reuid={user}", $"--regid={user}", "--clear-groups"],
            // No shell on the way: dash forgets variables with a dot in their name, such as the proxy's hosts.
            "env", "-i", "-C", image?.Folder ?? "/", .. variables.Select(variable => $"{variable.Key}={variable.Value}"),
        ];
        var command = service.Strings("entrypoint").Concat(service.Strings("command")).ToArray() is { Length: > 0 } given ? given : image!.Entrypoint;
        script.Append("exec chroot root ").AppendJoin(' ', confined.Concat(command).Select(Quote)).Append('\n');
        var start = new ProcessStartInfo(InNetwork[0], [.. InNetwork[1..], "unshare", "--mount", "--propagation", "private", "bash", "-c", script.ToString()])
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        _started.Add(process);
        var log = new StringBuilder();
        process.OutputDataReceived += (_, line) => Keep(log, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var check = service.TryGetProperty("healthcheck", out var health) ? [.. health.Strings("test").Skip(1)] : image!.HealthCheck;
        return new Service(name, process, check, ["nsenter", "-t", $"{process.Id}", "-n", "-m", "-r", .. confined], log);
    }

    static void Keep(StringBuilder log, string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }

    static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    public static async Task<(int ExitCode, string Output)> Capture(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    public async ValueTask DisposeAsync()
    {
        // The mounts go with the last process in their namespace.
        foreach (var process in (IEnumerable<Process>)[.. _started, _network])
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }
    }
}
