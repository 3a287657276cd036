using System.Net;
using System.Net.Sockets;

namespace AutoRest.Cli.Tests;

public class PortsTests
{
    static string Refusal(Action choose) => Assert.Throws<CliError>(choose).Message;

    [Fact]
    public void Free_defaults_are_taken() => Assert.Equal(Ports.Default, Ports.Choose(null, null, null, null, null, _ => true));

    [Fact]
    public void Busy_default_moves_to_the_next_free_port() =>
        Assert.Equal(Ports.Default with { Proxy = 8083 }, Ports.Choose(null, null, null, null, null, port => port is not (8080 or 8081 or 8082)));

    [Fact]
    public void Two_chosen_ports_never_meet()
    {
        // 3000 busy: the server would take 3001, which is then not free for the admin port.
        var ports = Ports.Choose(null, null, null, null, null, port => port != 3000);

        Assert.Equal((3001, 3002), (ports.Server, ports.Admin));
    }

    [Fact]
    public void Chosen_port_keeps_out_of_the_way_of_an_asked_one() =>
        Assert.Equal(Ports.Default with { Proxy = 8081, PgBouncer = 8080 }, Ports.Choose(null, null, null, null, 8080, _ => true));

    [Fact]
    public void Busy_asked_port_is_refused_with_its_option() =>
        Assert.Equal("Port 9000 is in use: stop the program that listens on it, or choose another port with --server-port.", Refusal(() => Ports.Choose(null, 9000, null, null, null, port => port != 9000)));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void Number_that_is_no_port_is_refused(int port) => Assert.Contains("is no port", Refusal(() => Ports.Choose(port, null, null, null, null, _ => true)), StringComparison.Ordinal);

    [Fact]
    public void Port_asked_for_twice_is_refused() => Assert.Contains("asked for twice", Refusal(() => Ports.Choose(9000, 9000, null, null, null, _ => true)), StringComparison.Ordinal);

    [Fact]
    public void No_free_port_is_refused() => Assert.Contains("No port from 8080 on is free", Refusal(() => Ports.Choose(null, null, null, null, null, _ => false)), StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    public void Port_somebody_listens_on_is_not_free(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            Assert.Skip($"{address} cannot be listened on here");
        }

        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.False(Ports.IsFree(port));
        listener.Stop();
        Assert.True(Ports.IsFree(port));
    }
}
