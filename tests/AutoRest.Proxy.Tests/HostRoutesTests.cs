namespace AutoRest.Proxy.Tests;

public class HostRoutesTests
{
    static HostTable Table(string host, params string[] destinations) =>
        new(new Dictionary<string, HostEntry> { [host] = new() { Destinations = destinations, Health = new HealthProbe { Port = 3001 } } });

    [Fact]
    public void One_row_is_one_route_and_one_cluster_of_that_name()
    {
        var (routes, clusters) = HostRoutes.From(Table("api.localhost", "http://127.0.0.1:3000", "http://127.0.0.1:3002"));

        var route = Assert.Single(routes);
        Assert.Equal(["api.localhost"], route.Match.Hosts!);
        Assert.Equal("/{**path}", route.Match.Path);
        Assert.Equal("true", Assert.Single(route.Transforms!)["RequestHeaderOriginalHost"]);
        var cluster = Assert.Single(clusters);
        Assert.Equal(route.ClusterId, cluster.ClusterId);
        Assert.Equal(["http://127.0.0.1:3000", "http://127.0.0.1:3002"], cluster.Destinations!.Values.Select(d => d.Address).Order());
    }

    [Fact]
    public void Health_port_replaces_the_port_of_each_destination()
    {
        var (_, clusters) = HostRoutes.From(Table("api.localhost", "http://127.0.0.1:3000", "http://other:3000"));

        Assert.Equal(["http://127.0.0.1:3001/", "http://other:3001/"], clusters[0].Destinations!.Values.Select(d => d.Health!).Order());
        Assert.Equal("/ready", clusters[0].HealthCheck!.Active!.Path);
        Assert.True(clusters[0].HealthCheck!.Active!.Enabled);
    }

    [Fact]
    public void Without_a_health_row_nothing_is_probed()
    {
        var (_, clusters) = HostRoutes.From(new HostTable(new Dictionary<string, HostEntry> { ["a"] = new() { Destinations = ["http://b"] } }));

        Assert.Null(clusters[0].HealthCheck!.Active);
        Assert.Null(clusters[0].HealthCheck!.Passive);
        Assert.Null(clusters[0].Destinations!.Values.Single().Health);
    }

    [Theory]
    [InlineData("http://api.localhost", "http://b", "is not a host name")]
    [InlineData("api.localhost:8080", "http://b", "is not a host name")]
    [InlineData(" ", "http://b", "is not a host name")]
    [InlineData("api.localhost", "127.0.0.1:3000", "is not an address")]
    [InlineData("api.localhost", "ftp://b", "is not an address")]
    [InlineData("api.localhost", "", "is not an address")]
    [InlineData("api.localhost", "http://user:secret@b", "holds a user or password")]
    public void Bad_rows_are_refused_with_what_to_write(string host, string destination, string reason)
    {
        var refusal = Assert.Throws<SettingException>(() => HostRoutes.From(Table(host, destination)));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_destination_is_refused() =>
        Assert.Contains("has no destination", Assert.Throws<SettingException>(() => HostRoutes.From(Table("a"))).Message, StringComparison.Ordinal);
}
