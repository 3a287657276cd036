using AutoRest.Introspection;
using AutoRest.Server.Sql;
using AutoRest.Testing;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using NpgsqlTypes;

namespace AutoRest.Server.Tests.Sql;

/// <summary>Properties of the SQL text: no value in it, one text per shape, identifiers that survive, indexes that are used.</summary>
public sealed class SqlShapeTests(FixtureDatabase database)
{
    [Fact]
    public void One_shape_gives_one_text_whatever_the_values()
    {
        Required.PostgreSql();
        string Text(string value, int limit) => database.Statements(
            $"GET /projects?select=id,title,client:clients(name)&title=eq.{Uri.EscapeDataString(value)}&or=(budget.gt.{limit},tags.cs.%7B{Uri.EscapeDataString(value.Replace('}', 'x'))}%7D)&limit={limit}&order=id")
            .Main.Text;
        var expected = Text("x", 1);
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonEmptyString>().Filter(static s => !s.Get.Any(c => char.IsSurrogate(c) || c is '(' or ')' or '{' or '"' or ',' or '\\' or '\0')),
            ArbMap.Default.ArbFor<PositiveInt>(),
            (value, limit) => Text(value.Get, limit.Get) == expected).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Lists_of_any_length_give_one_text()
    {
        Required.PostgreSql();
        Assert.Equal(
            database.Statements("GET /todos?id=in.(1)").Main.Text,
            database.Statements($"GET /todos?id=in.({string.Join(',', Enumerable.Range(1, 500))})").Main.Text);
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("dot.ted", "\"dot.ted\"")]
    [InlineData("quo\"te", "\"quo\"\"te\"")]
    [InlineData("\";DROP TABLE x;--", "\"\"\";DROP TABLE x;--\"")]
    [InlineData("nul\0cut", "\"nul\"")]
    [InlineData("emoji 😀", "\"emoji 😀\"")]
    public void Identifiers_are_quoted_whole(string name, string expected)
    {
        var sql = new SqlWriter();
        sql.Append($"{new Identifier(name)}");
        Assert.Equal(expected, sql.Build().Text);
    }

    [Fact]
    public void Any_identifier_survives_a_round_trip_through_PostgreSQL()
    {
        Required.PostgreSql();
        using var connection = database.Superuser.OpenConnection();
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>().Filter(static s => !s.Get.Any(char.IsSurrogate) && s.Get[0] != '\0'), name =>
        {
            var sql = new SqlWriter();
            sql.Append($"SELECT 1 AS {new Identifier(name.Get)}");
            using var command = new NpgsqlCommand(sql.Build().Text, connection);
            using var reader = command.ExecuteReader();
            var nul = name.Get.IndexOf('\0', StringComparison.Ordinal);
            return Cut(nul < 0 ? name.Get : name.Get[..nul]) == reader.GetName(0);
        }).QuickCheckThrowOnFailure();

        // PostgreSQL cuts names at 63 bytes, at a character's boundary.
        static string Cut(string name)
        {
            while (System.Text.Encoding.UTF8.GetByteCount(name) > 63)
            {
                name = name[..^1];
            }

            return name;
        }
    }

    [Theory]
    [InlineData("GET /big?id=eq.500", "Index Scan using big_pkey")]
    [InlineData("GET /big?order=created.desc&limit=25", "Index Scan Backward using big_created_idx")]
    [InlineData("GET /big?id=in.(1,2,3)&select=id", "big_pkey")]
    [InlineData("GET /small?id=eq.5&select=id,big(id)", "big_small_id_idx")]
    [InlineData("GET /big?id=eq.5&select=id,small(id)", "small_pkey")]
    public async Task Indexes_are_used(string request, string node)
    {
        Required.PostgreSql();
        await using var connection = await database.Superuser.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand(
            """
            CREATE SCHEMA IF NOT EXISTS idx;
            CREATE TABLE IF NOT EXISTS idx.small (id int PRIMARY KEY, name text);
            CREATE TABLE IF NOT EXISTS idx.big (id int PRIMARY KEY, small_id int REFERENCES idx.small, created timestamptz, body text);
            INSERT INTO idx.small SELECT i, 's' || i FROM generate_series(1, 1000) i ON CONFLICT DO NOTHING;
            INSERT INTO idx.big SELECT i, i % 1000 + 1, timestamptz '2024-01-01' + i * interval '1 minute', repeat('x', 100)
              FROM generate_series(1, 20000) i ON CONFLICT DO NOTHING;
            CREATE INDEX IF NOT EXISTS big_small_id_idx ON idx.big (small_id);
            CREATE INDEX IF NOT EXISTS big_created_idx ON idx.big (created);
            ANALYZE idx.small; ANALYZE idx.big;
            """, connection))
        {
            await create.ExecuteNonQueryAsync();
        }

        var config = FixtureDatabase.Config with { DbSchemas = ["idx"] };
        var cache = SchemaCacheBuilder.Build(await CatalogReader.ReadAsync(connection, ["idx"], [], CancellationToken.None));
        var main = database.Statements(request, config, cache).Main;
        await using var explain = new NpgsqlCommand("EXPLAIN " + main.Text, connection);
        foreach (var parameter in main.Parameters)
        {
            explain.Parameters.Add(new NpgsqlParameter<string> { TypedValue = parameter.Text, NpgsqlDbType = NpgsqlDbType.Unknown });
        }

        var lines = new List<string>();
        await using (var reader = await explain.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                lines.Add(reader.GetString(0));
            }
        }

        Assert.Contains(lines, line => line.Contains(node, StringComparison.Ordinal));
    }
}
