using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>A timestamptz is printed in the time zone of the session, whoever has set it; where that is UTC, the server prints it itself.</summary>
public sealed class TimeZoneTests(BehaviourCluster shared)
{
    const string Database = "time_zones";

    const string Schema = """
        create role traveller; grant traveller to authenticator; grant usage on schema api to traveller;
        create table api.stays (id int primary key, arrival timestamptz, nights interval, check_in timestamptz generated always as (arrival) stored);
        create table api.calls (id int primary key, stay int references api.stays, at timestamptz);
        insert into api.stays values (1, '2024-07-01 12:00:00.5+00', '2 days'), (2, '0044-03-15 12:00:00+00 BC', null), (3, 'infinity', null);
        insert into api.calls values (1, 1, '2024-01-01 23:30:00+00'), (2, 1, '-infinity'), (3, 2, null);
        create function api.other_zone() returns bool language sql as $$ select set_config('timezone', 'Asia/Tokyo', true) is not null $$;
        create table api.guarded (id int primary key, at timestamptz);
        insert into api.guarded values (1, '2024-01-01 23:30:00+00');
        alter table api.guarded enable row level security;
        create policy read on api.guarded for select to traveller using (api.other_zone());
        create view api.local_stays as select s.*, api.other_zone() from api.stays s;
        create function api.zone() returns text language sql stable as $$ select current_setting('timezone') $$;
        create function api.keep_zone() returns void language sql as $$ select set_config('timezone', current_setting('app.settings.zone'), true) $$;
        grant select on all tables in schema api to traveller;
        """;

    static readonly string[] Reads =
    [
        "/stays?order=id", "/stays?select=a:arrival,check_in,nights&order=id", "/calls?select=at,stays(arrival,check_in)&order=id",
        "/stays?select=id,calls(id,at)&order=id&calls.order=id", "/calls?select=id,...stays(arrival)&order=id", "/stays?select=arrival::text,arrival&order=id",
        "/stays?arrival=gt.2024-07-01T12:00:00&select=arrival",
    ];

    [Theory]
    [InlineData("alter database time_zones set timezone = 'Asia/Kathmandu'", "alter database time_zones reset timezone")]
    [InlineData("alter role traveller set TimeZone = 'America/St_Johns'", "alter role traveller reset TimeZone")]
    [InlineData("alter role authenticator in database time_zones set timezone = '-05:30'", "alter role authenticator in database time_zones reset timezone")]
    [InlineData("alter database time_zones set timezone = 'GMT'", "alter database time_zones reset timezone")]
    public async Task Rows_are_in_the_zone_of_the_session(string set, string reset)
    {
        var cluster = await DatabaseAsync();
        var inUtc = await AnswersAsync(cluster, "UTC");
        await cluster.ExecuteAsync(set, Database);
        try
        {
            await using var server = await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "2"));
            var zone = (await server.SendAsync(Get("/rpc/zone"))).Text.Trim('"');
            Assert.Contains(zone, set, StringComparison.Ordinal);
            Assert.Equal(await AnswersAsync(cluster, zone), await AnswersAsync(server));
            Assert.Equal(zone == "GMT", (await AnswersAsync(server)).SequenceEqual(inUtc));
        }
        finally
        {
            await cluster.ExecuteAsync(reset, Database);
        }
    }

    [Fact]
    public async Task A_zone_that_changes_under_the_server_is_noticed()
    {
        var cluster = await DatabaseAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "1"), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        foreach (var zone in new[] { "UTC", "Asia/Kathmandu", "Etc/UTC", "Europe/Lisbon" })
        {
            await cluster.ExecuteAsync($"alter database time_zones set timezone = '{zone}'", Database);
            await cluster.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'time_zones' and usename = 'authenticator'", Database);
            await Api.UntilAsync(
                async () => (await server.SendAsync(Get("/rpc/zone"))).Text == $"\"{zone}\"", TimeSpan.FromSeconds(10), $"a session in {zone}");
            Assert.Equal(await AnswersAsync(cluster, zone), await AnswersAsync(server));
        }

        await cluster.ExecuteAsync("alter database time_zones reset timezone", Database);
    }

    [Theory]
    [InlineData("/guarded")]
    [InlineData("/local_stays?id=eq.1&select=arrival,other_zone")]
    public async Task A_zone_that_a_function_sets_holds_for_its_transaction(string path)
    {
        var cluster = await DatabaseAsync();
        await using var server = await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "1"));
        for (var i = 0; i < 5; i++)
        {
            // Where PostgreSQL evaluates the function before it prints, that is what the reader sees, as from json_agg.
            Assert.Contains("+09:00\"", (await server.SendAsync(Get(path))).Text, StringComparison.Ordinal);
            Assert.Contains("12:00:00.5+00:00", (await server.SendAsync(Get("/stays?id=eq.1"))).Text, StringComparison.Ordinal);
        }
    }

    static RawRequest Get(string path) => Api.Get(path).As("traveller");

    /// <summary>What the server answers in a zone that the request sets, for which PostgreSQL prints.</summary>
    static async Task<string[]> AnswersAsync(PostgresCluster cluster, string zone)
    {
        await using var server = await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "1"), ("PGRST_DB_PRE_REQUEST", "api.keep_zone"), ("PGRST_APP_SETTINGS_ZONE", zone));
        return await AnswersAsync(server);
    }

    static async Task<string[]> AnswersAsync(ServerProcess server) =>
        await Task.WhenAll(Reads.Select(async path => $"{path}: {(await server.SendAsync(Get(path))).Text}"));

    Task<PostgresCluster> DatabaseAsync() => shared.EnsureAsync(Database, Schema);
}
