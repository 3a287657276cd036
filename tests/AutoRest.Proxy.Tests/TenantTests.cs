using System.Net;
using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Proxy.Tests;

public class TenantTests
{
    static readonly string[] BySchema =
        ["--Hosts:*.api.localhost:Tenants:Schemas:acme=tenant_acme", "--Hosts:*.api.localhost:Tenants:Schemas:globex=tenant_globex"];

    static readonly string[] ByHeader =
    [
        "--Hosts:*.api.localhost:Tenants:Header=X-Tenant-Id", "--Hosts:*.api.localhost:Tenants:Values:acme=1", "--Hosts:*.api.localhost:Tenants:Values:globex=2",
    ];

    static Task<Backend> Headers() => Backend.Echo("Accept-Profile", "Content-Profile", "X-Tenant-Id");

    [Theory]
    [InlineData("acme.api.localhost", "tenant_acme")]
    [InlineData("ACME.api.localhost:8080", "tenant_acme")]
    [InlineData("globex.api.localhost", "tenant_globex")]
    public async Task Host_name_chooses_the_schema_for_reading_and_writing(string host, string schema)
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("*.api.localhost", api), .. BySchema]);

        Assert.Equal($"Accept-Profile={schema}\nContent-Profile={schema}\n", (await proxy.Send(host)).Body);
    }

    [Fact]
    public async Task Client_cannot_choose_another_tenant_by_header()
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("*.api.localhost", api), .. BySchema]);

        var (_, body) = await proxy.Send("acme.api.localhost", headers: [("Accept-Profile", "tenant_globex"), ("accept-profile", "public"), ("Content-Profile", "tenant_globex")]);

        Assert.Equal("Accept-Profile=tenant_acme\nContent-Profile=tenant_acme\n", body);
    }

    [Fact]
    public async Task Client_cannot_have_the_tenant_taken_off_as_a_header_of_the_connection()
    {
        await using var api = await Headers();
        await using var bySchema = await RunningProxy.Start([.. RunningProxy.Row("*.api.localhost", api), .. BySchema]);
        await using var byHeader = await RunningProxy.Start([.. RunningProxy.Row("*.api.localhost", api), .. ByHeader]);
        const string Request = "GET / HTTP/1.1\r\nHost: acme.api.localhost\r\nConnection: close, Accept-Profile, Content-Profile, X-Tenant-Id\r\n\r\n";

        Assert.Contains("Accept-Profile=tenant_acme\n", await bySchema.Raw(Request), StringComparison.Ordinal);
        Assert.Contains("X-Tenant-Id=1\n", await byHeader.Raw(Request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("initech.api.localhost")]
    [InlineData("x.acme.api.localhost")]
    [InlineData("acme.globex.api.localhost")]
    public async Task Unknown_tenant_is_404_and_reaches_no_server(string host)
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("*.api.localhost", api), .. BySchema]);

        var (response, body) = await proxy.Send(host);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("PROXY404", JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
        Assert.Contains("No tenant", body, StringComparison.Ordinal);
        Assert.Equal(0, api.Requests);
    }

    [Theory]
    [InlineData("Accept-Profile")]
    [InlineData("Content-Profile")]
    public async Task Schema_of_a_tenant_cannot_be_had_at_the_shared_host(string header)
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), .. RunningProxy.Row("*.api.localhost", api), .. BySchema]);

        var (response, body) = await proxy.Send("api.localhost", headers: (header, "tenant_acme"));
        Assert.Equal(HttpStatusCode.NotAcceptable, response.StatusCode);
        Assert.Contains("PROXY406", body, StringComparison.Ordinal);
        Assert.Equal(0, api.Requests);

        Assert.Equal($"{header}=public\n", (await proxy.Send("api.localhost", headers: (header, "public"))).Body);
    }

    [Fact]
    public async Task Header_of_the_tenant_is_the_tables_alone_on_every_host()
    {
        await using var api = await Headers();
        await using var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), .. RunningProxy.Row("*.api.localhost", api), .. ByHeader]);

        Assert.Equal("X-Tenant-Id=2\n", (await proxy.Send("globex.api.localhost", headers: [("X-Tenant-Id", "1"), ("x-tenant-id", "1")])).Body);
        Assert.Equal("", (await proxy.Send("api.localhost", headers: ("x-tenant-ID", "1"))).Body);
    }

    [Theory]
    [InlineData("needs either|need either", "--Hosts:*.a.localhost:Tenants:Header=X-Tenant-Id", "--Hosts:*.a.localhost:Tenants:Schemas:acme=s")]
    [InlineData("cannot be used", "--Hosts:*.a.localhost:Tenants:Header=Authorization", "--Hosts:*.a.localhost:Tenants:Values:acme=1")]
    [InlineData("cannot be used", "--Hosts:*.a.localhost:Tenants:Header=X Y", "--Hosts:*.a.localhost:Tenants:Values:acme=1")]
    [InlineData("not one label", "--Hosts:*.a.localhost:Tenants:Schemas:a.b=s", "")]
    [InlineData("printable ASCII", "--Hosts:*.a.localhost:Tenants:Schemas:acme=a\r\nb", "")]
    [InlineData("is one name", "--Hosts:a.localhost:Tenants:Schemas:acme=s", "--Hosts:a.localhost:Destinations:0=http://b")]
    public void Table_that_cannot_work_is_refused(string reasons, string one, string two)
    {
        var refusal = Assert.Throws<SettingException>(() => ProxyHost.Build(["--Hosts:*.a.localhost:Destinations:0=http://b", one, .. two.Length > 0 ? [two] : Array.Empty<string>()]));

        Assert.Contains(reasons.Split('|'), reason => refusal.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_tenant_sees_and_writes_its_own_rows_in_the_real_server()
    {
        Required.PostgreSql();
        await using var cluster = await PostgresCluster.StartNewAsync();
        await cluster.ExecuteAsync("""
            create role authenticator login noinherit;
            create role web_anon nologin;
            grant web_anon to authenticator;
            create schema shared;
            create schema tenant_acme;
            create schema tenant_globex;
            create table tenant_acme.notes (text text);
            create table tenant_globex.notes (text text);
            insert into tenant_acme.notes values ('of acme');
            insert into tenant_globex.notes values ('of globex');
            grant usage on schema shared, tenant_acme, tenant_globex to web_anon;
            grant select, insert on tenant_acme.notes, tenant_globex.notes to web_anon;
            create function shared.tenant() returns text language sql stable as $$ select current_setting('request.headers')::json->>'x-tenant-id' $$;
            """);
        await using var server = await ServerProcess.StartAsync(cluster.Uri("postgres"), new Dictionary<string, string>
        {
            ["PGRST_DB_SCHEMAS"] = "shared,tenant_acme,tenant_globex",
            ["PGRST_DB_ANON_ROLE"] = "web_anon",
        });
        await using var proxy = await RunningProxy.Start(
        [
            $"--Hosts:*.schema.localhost:Destinations:0={server.Address}", "--Hosts:*.schema.localhost:Tenants:Schemas:acme=tenant_acme",
            "--Hosts:*.schema.localhost:Tenants:Schemas:globex=tenant_globex",
            $"--Hosts:*.header.localhost:Destinations:0={server.Address}", "--Hosts:*.header.localhost:Tenants:Header=X-Tenant-Id",
            "--Hosts:*.header.localhost:Tenants:Values:acme=42",
        ]);

        Assert.Equal("""[{"text":"of acme"}]""", (await proxy.Send("acme.schema.localhost", "/notes")).Body);
        Assert.Equal("""[{"text":"of globex"}]""", (await proxy.Send("globex.schema.localhost", "/notes", headers: ("Accept-Profile", "tenant_acme"))).Body);
        Assert.Equal(HttpStatusCode.Created, await proxy.PostJson("acme.schema.localhost", "/notes", """{"text":"new"}"""));
        Assert.Equal("of acme\nnew", await cluster.QueryAsync("select text from tenant_acme.notes"));
        Assert.Equal("of globex", await cluster.QueryAsync("select text from tenant_globex.notes"));
        Assert.Equal("\"42\"", (await proxy.Send("acme.header.localhost", "/rpc/tenant", headers: ("X-Tenant-Id", "7"))).Body);
        Assert.Equal(HttpStatusCode.NotAcceptable, (await proxy.Send("acme.header.localhost", "/notes", headers: ("Accept-Profile", "tenant_globex"))).Response.StatusCode);
    }
}
