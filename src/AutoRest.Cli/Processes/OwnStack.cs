using System.Globalization;
using AutoRest.Cli.Containers;
using AutoRest.Cli.Database;

namespace AutoRest.Cli.Processes;

/// <summary>A running stack of ours, native or in containers, as far as commands on its database need to know it.</summary>
/// <param name="DatabaseUrl">PostgreSQL as it is reached from here, without password.</param>
/// <param name="PoolerUrl">PgBouncer as it is reached from here, without password; <see langword="null"/> without one.</param>
/// <param name="Containers"><see langword="null"/>: native.</param>
sealed record OwnStack(string DatabaseUrl, string? PoolerUrl, Secrets Secrets, Compose? Containers)
{
    /// <summary>What the tool is called with to work on this stack; for messages.</summary>
    public string Command => Containers is null ? "autorest" : "autorest " + Commands.DockerStack.Option;

    public static OwnStack Of(StackState state) => new(state.DatabaseUrl, state.PoolerUrl, new Secrets(state.Secrets), null);

    /// <summary>The containers, whose database and pooler are reached through the database's container.</summary>
    /// <exception cref="CliError">Docker is not installed, or that container is not running.</exception>
    public static async Task<OwnStack> InContainers(Secrets secrets, CancellationToken cancel)
    {
        var compose = Compose.Find();
        await compose.Demand(Compose.Database, cancel);
        return new OwnStack(
            Url(PostgresCluster.Superuser, Tunnel.Open(compose, "127.0.0.1", Compose.DatabasePort)),
            Url("authenticator", Tunnel.Open(compose, Compose.Pooler, Compose.PoolerPort)),
            secrets, compose);
    }

    static string Url(string user, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"postgresql://{user}@127.0.0.1:{port}/{PostgresCluster.DatabaseName}?sslmode=disable");
}
