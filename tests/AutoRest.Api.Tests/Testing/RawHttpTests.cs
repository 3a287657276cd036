using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Testing;

/// <summary>Against a scripted server: what is sent arrives byte by byte, and each way of framing a response is read.</summary>
public sealed class RawHttpTests
{
    [Fact]
    public async Task The_request_arrives_exactly_as_written()
    {
        var request = new RawRequest("FROB", "/Straße?a=%2F{b}&c=\"")
            .WithHeader("Prefer", "a").WithHeader("x-lower", "ü").WithHeader("Prefer", "b").WithBody("ü");
        var (received, _) = await ExchangeAsync(request, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(
            "FROB /Straße?a=%2F{b}&c=\" HTTP/1.1\r\nHost: localhost\r\nPrefer: a\r\nx-lower: ü\r\nPrefer: b\r\nContent-Length: 2\r\n\r\nü",
            received);
    }

    [Fact]
    public async Task A_request_without_body_has_no_content_length()
    {
        var (received, _) = await ExchangeAsync(new("GET", "/"), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", received);
    }

    [Fact]
    public async Task An_empty_body_has_a_content_length()
    {
        var (received, _) = await ExchangeAsync(new RawRequest("POST", "/").WithBody(""), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.EndsWith("Content-Length: 0\r\n\r\n", received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", "abc")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n", "ab0123456789")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", "")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", "")]
    [InlineData("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x")]
    public async Task Every_framing_gives_the_body(string method, string response, string body)
    {
        var (_, received) = await ExchangeAsync(new(method, "/"), response);
        Assert.Equal(body, received.Text);
    }

    [Fact]
    public async Task Status_reason_and_repeated_headers_are_kept()
    {
        var (_, response) = await ExchangeAsync(new("GET", "/"),
            "HTTP/1.1 418 I'm a teapot\r\nX-A: 1\r\nSet-Cookie:a=b\r\nx-a:  ü\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(418, response.Status);
        Assert.Equal("I'm a teapot", response.Reason);
        Assert.Equal(["1", "ü"], response.Values("X-a"));
        Assert.Equal("a=b", response.Header("set-cookie"));
        Assert.Null(response.Header("Location"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")]
    public async Task A_broken_response_is_an_IOException(string response) =>
        await Assert.ThrowsAsync<IOException>(() => ExchangeAsync(new("GET", "/"), response));

    /// <summary>Sends the request to a server that reads it to its end and answers with these bytes.</summary>
    static async Task<(string Received, RawResponse Response)> ExchangeAsync(RawRequest request, string response)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            var buffer = new byte[RawHttp.Bytes(request).Length];
            await client.GetStream().ReadExactlyAsync(buffer);
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(response));
            return Encoding.UTF8.GetString(buffer);
        });
        var answer = await RawHttp.SendAsync(((IPEndPoint)listener.LocalEndpoint).Port, request);
        return (await server, answer);
    }
}
