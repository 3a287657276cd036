using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using AutoRest.Testing;
using Microsoft.Extensions.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace AutoRest.Proxy.Tests;

public class AddressResolverTests
{
    static Dictionary<string, DestinationConfig> Destination(bool allAddresses)
    {
        var entry = new HostEntry { Destinations = ["http://server:3000"], AllAddresses = allAddresses, Health = new HealthProbe { Port = 3001 } };
        return HostRoutes.From(new HostTable(new Dictionary<string, HostEntry> { ["api.localhost"] = entry })).Clusters[0].Destinations!.ToDictionary();
    }

    [Fact]
    public async Task Every_address_of_a_name_is_a_server_of_its_own_and_is_looked_up_again()
    {
        var resolver = new AddressResolver((name, _) => Task.FromResult(name == "server" ? new[] { IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::2") } : []));

        var resolved = await resolver.ResolveDestinationsAsync(Destination(allAddresses: true), default);

        Assert.Equal(
            [("http://10.0.0.1:3000/", "http://10.0.0.1:3001/"), ("http://[fd00::2]:3000/", "http://[fd00::2]:3001/")],
            resolved.Destinations.Values.Select(destination => (destination.Address, destination.Health!)).Order());
        Assert.NotNull(resolved.ChangeToken);
    }

    [Fact]
    public async Task Name_that_is_unknown_at_the_moment_stays_a_name()
    {
        var resolver = new AddressResolver((_, _) => throw new SocketException((int)SocketError.HostNotFound));

        var resolved = await resolver.ResolveDestinationsAsync(Destination(allAddresses: true), default);

        Assert.Equal("http://server:3000", Assert.Single(resolved.Destinations.Values).Address);
        Assert.NotNull(resolved.ChangeToken);
    }

    [Fact]
    public async Task Row_that_does_not_ask_for_it_is_left_alone()
    {
        var resolver = new AddressResolver((_, _) => throw new InvalidOperationException("looked up"));

        Assert.Equal("http://server:3000", Assert.Single((await resolver.ResolveDestinationsAsync(Destination(allAddresses: false), default)).Destinations.Values).Address);
    }

    [Fact]
    public void Table_of_the_containers_can_be_used_and_has_the_api_and_pgadmin()
    {
        var compose = File.ReadAllText(Repository.File("docker-compose.yml"));
        var variables = Regex.Matches(compose, @"^      (Hosts__\S+): ""?([^""\n]+)""?$", RegexOptions.Multiline)
            .ToDictionary(match => match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal), match => (string?)match.Groups[2].Value);
        var configuration = new ConfigurationBuilder().AddJsonFile(Repository.File("proxy", "appsettings.json")).AddInMemoryCollection(variables).Build();

        var (routes, clusters) = HostRoutes.From(HostTable.Read(configuration));

        Assert.Equal(["api.localhost", "pgadmin.localhost"], routes.Select(route => route.RouteId).Order());
        var api = clusters.Single(cluster => cluster.ClusterId == "api.localhost").Destinations!.Values.Single();
        Assert.Equal(("http://server:3000", "http://server:3001/"), (api.Address, api.Health));
        // AUTOREST_SERVERS of them answer to that name.
        Assert.Same(AddressResolver.Wanted, api.Metadata);
        Assert.Equal("http://pgadmin:5050", clusters.Single(cluster => cluster.ClusterId == "pgadmin.localhost").Destinations!.Values.Single().Address);
    }
}
