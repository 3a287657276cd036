namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Values at the edges of every type, as SQL expressions; null is added to each.</summary>
static class EdgeValues
{
    public const string Types = """
        create type api.mood as enum ('sad', 'it''s "ok"', 'glücklich', '');
        create type api.point2 as (x int, label text);
        create domain api.positive as int check (value > 0);
        create domain api.money2 as numeric(20, 2);
        create domain api.label as text;
        create domain api.moment as timestamptz;
        create domain api.nested as api.money2;

        """;

    public const string OtherTables = """
        create table api.odd_names (a int, "quote""d" text, "back\slash" int, "tab	here" int, "new
        line" int, "grün" int, "😀" json, " " int, "a.b" int, "select" int, "control" int, "sechsundsechzigzeichenlangernamenichtganzabernahezudreiundsechzi" int);
        insert into api.odd_names select 1, 'x', 2, 3, 4, 5, '{"k": [1 , 2]}', 6, 7, 8, 9, 10;
        create table api.large (id int, v text, j json, b jsonb);
        insert into api.large select n, repeat(chr(64 + n) || '"\' || chr(9) || 'ü😀', 130000), json_build_array(repeat('j', 100000)), to_jsonb(repeat('b', 300000))
          from generate_series(1, 2) n;

        """;

    static readonly string[] Dates =
    [
        "'infinity'", "'-infinity'", "'2000-01-01'", "'1999-12-31'", "'1970-01-01'", "'0001-01-01'", "'0001-12-31 BC'", "'0001-01-01 BC'", "'0002-02-28 BC'",
        "'0005-02-29 BC'", "'4713-01-01 BC'", "'9999-12-31'", "'10000-01-01'", "'123456-07-08'", "'294275-12-31'", "'2024-02-29'", "'1900-02-28'", "'1900-03-01'",
        "'1582-10-10'", "'0099-01-01'", "'0999-12-31'",
    ];

    static readonly string[] Times =
    [
        .. Dates, "'2024-01-02 03:04:05'", "'2024-01-02 23:59:59.999999'", "'2024-01-02 00:00:00.000001'", "'2024-01-02 03:04:05.1'", "'2024-01-02 03:04:05.120'",
        "'2024-01-02 03:04:05.123450'", "'1999-12-31 23:59:59.999999'", "'1969-07-20 20:17:40.5'", "'0044-03-15 12:00:00.000001 BC'", "'12345-06-07 08:09:10.11'",
        "'294276-01-01 00:00:00'", "'4713-01-01 00:00:00.5 BC'",
    ];

    static readonly string[] Numbers =
    [
        "0", "-0.0", "0.00", "0.0000", "1", "-1", "1.0", "10", "9999", "10000", "10001", "-10000", "99999999", "100000000", "100000001", "12345678901234567890",
        "0.1", "0.01", "0.001", "0.0001", "0.00001", "0.00010000", "0.00000001", "1e-20", "-1e-20", "1e-9", "1e130", "-1e130", "1e-130", "1e4", "1e8", "1e12", "1e16",
        "'NaN'", "'Infinity'", "'-Infinity'", "123.456", "-123.4560", "10000.0001", "10000.00010", "9999.9999", "99990000.00009999", "1.5e-5", "3.14159265358979323846",
        "0.10000000000000000000000000000000000000000000000001", "100000000000000000000000000000000000000000.5", "1234567.0000000", "0.9999", "-0.5", "50000.0",
    ];

    static readonly string[] Json =
    [
        "'{\"a\" :  1 ,\n \"b\":[ ]}'", "'null'", "'\"text\"'", "' 1 '", "'{\"a\":[0.00, 1e5, -0]}'", "'{\"a\":{\"a\":\"ü😀\\u00e9\\n\\\"\"}}'", "'[]'", "'{}'", "'true'",
        "'{\"a\":null}'", "'{\"a\":\"x\"}'", "'[[1, 2], \"\\\\ \\t\"]'", "'{\"a\":1,\"a\":2}'", "'1.10'", "'12345678901234567890123'",
    ];

    static readonly string[] Texts =
    [
        "''", "' '", "'  two '", "'plain'", "'NULL'", "'null'", "'a,b'", "'(a)'", "'a\"b'", "'a\\b'", "'''quote'''", "'tab\tand'", "'line\nbreak'", "'return\rhere'", "'ü'", "'😀'",
        "'\u2028\u2029'", "'\u00a0'", "'\ufeff'", "'\u007f'", "'\u0080'", "'\uffff'", "'é́'", "'</script>'", "'{\"a\":1}'", "'𐀀 \U0010FFFF'", "'\\n'", "'%'",
        .. Enumerable.Range(1, 31).Select(code => $"'x' || chr({code}) || 'y'"),
    ];

    public static readonly Dictionary<string, string[]> All = new()
    {
        ["bool"] = ["true", "false"],
        ["int2"] = ["0", "-1", "32767", "-32768"],
        ["int4"] = ["0", "-1", "10", "2147483647", "-2147483648"],
        ["int8"] = ["0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993"],
        ["float4"] = ["0", "'-0'", "'NaN'", "'Infinity'", "'-Infinity'", "1.1", "1e-38", "3.4e38", "1e20", "123456.7", "0.1"],
        ["float8"] = ["0", "'-0'", "'NaN'", "'Infinity'", "'-Infinity'", "1.1", "1e-300", "1.7976931348623157e308", "5e-324", "1e15", "1e16", "0.1", "123456789.125"],
        ["numeric"] = Numbers,
        ["numeric(12,4)"] = ["0", "1", "-1.5", "99999999.9999", "0.0001", "10000", "'NaN'"],
        ["api.money2"] = ["0", "1.5", "-10000", "99999.99"],
        ["api.nested"] = ["0", "1.5"],
        ["text"] = Texts,
        ["varchar"] = Texts,
        ["varchar(5)"] = ["'abc'", "'   '", "'a\"b'"],
        ["char(4)"] = ["'a'", "''", "'abcd'", "'ü'", "'a\"'"],
        ["name"] = ["'a'", "''", "'a b'", "'quote\"'", "'ü'"],
        ["\"char\""] = ["'a'", "'\"'", "' '"],
        ["api.label"] = ["'a'", "'x\"y'", "e'\\t'"],
        ["uuid"] = ["'00000000-0000-0000-0000-000000000000'", "'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
        ["date"] = Dates,
        ["timestamp"] = Times,
        ["timestamp(3)"] = ["'2024-01-02 03:04:05.6789'", "'2024-01-02 23:59:59.9999'", "'infinity'"],
        ["timestamptz"] = [.. Times, "'2024-07-01 12:00:00+05:45'", "'1883-11-18 12:03:57-04:56:02'"],
        ["timestamptz(2)"] = ["'2024-01-02 03:04:05.678'", "'infinity'"],
        ["api.moment"] = ["'2024-01-02 03:04:05.678'", "'infinity'", "'0044-03-15 BC'"],
        ["time"] = ["'00:00'", "'24:00:00'", "'23:59:59.999999'", "'01:02:03.4'"],
        ["timetz"] = ["'00:00+00'", "'23:59:59.999999-12:34:56'", "'01:02:03.4+05:45'"],
        ["interval"] = ["'0'", "'1 year 2 mons 3 days 04:05:06.789'", "'-1 day +02:03:04'", "'-00:00:00.000001'", "'178000000 years'", "'1 day -1 second'"],
        ["json"] = Json,
        ["jsonb"] = Json,
        ["bytea"] = ["''", "'\\x00ff22'", "'abc'", "'\"'::bytea"],
        ["inet"] = ["'127.0.0.1'", "'10.0.0.1/8'", "'::1'", "'2001:db8::/32'", "'0.0.0.0/0'", "'1.2.3.4/32'"],
        ["cidr"] = ["'10.0.0.0/8'", "'127.0.0.1'", "'2001:db8::/32'", "'1.2.3.4/32'"],
        ["macaddr"] = ["'08:00:2b:01:02:03'"],
        ["money"] = ["1.5", "-1000000", "0"],
        ["bit(3)"] = ["b'101'"],
        ["varbit"] = ["b''", "b'10110'"],
        ["oid"] = ["0", "4294967295"],
        ["xid"] = ["'4294967295'"],
        ["pg_lsn"] = ["'16/B374D848'"],
        ["regclass"] = ["'pg_class'"],
        ["tsvector"] = ["'a fat cat'", "$$'it''s' x:1,2A$$"],
        ["tsquery"] = ["'fat & !rat'"],
        ["point"] = ["'(1,2.5)'", "'(-0,NaN)'"],
        ["box"] = ["'(1,1),(0,0)'"],
        ["jsonpath"] = ["'$.a[*] ? (@ > 1)'"],
        ["api.mood"] = ["'sad'", "'it''s \"ok\"'", "'glücklich'", "''"],
        ["api.positive"] = ["1", "2147483647"],
        ["api.point2"] = ["(1, 'a')", "(null, null)", "(2, 'quote\" and, comma')", "(3, '')"],
        ["int4[]"] = ["'{}'", "'{1,2,null}'", "'{{1,2},{3,4}}'", "'[0:1]={1,2}'"],
        ["text[]"] = ["'{}'", "array['a','b c','\"','\\',null,'NULL','','ü,😀']", "array[['a'],['b']]"],
        ["numeric[]"] = ["array[0.00, 'NaN', 1e20]"],
        ["bool[]"] = ["'{t,f,null}'"],
        ["timestamptz[]"] = ["array['2024-01-02 03:04:05.6', 'infinity']::timestamptz[]"],
        ["json[]"] = ["array['{\"a\" : 1}', '[]']::json[]"],
        ["jsonb[]"] = ["array['{\"a\" : 1}', '\"x\\\"\"']::jsonb[]"],
        ["api.mood[]"] = ["array['sad', '']::api.mood[]"],
        ["api.point2[]"] = ["array[(1, 'a'), null, (2, '\"')]::api.point2[]"],
        ["bytea[]"] = ["array['\\x00', '']::bytea[]"],
        ["int4range"] = ["'empty'", "'[1,5)'", "'(,5)'", "'(,)'"],
        ["numrange"] = ["'[0.00,1e5]'", "'[NaN,)'"],
        ["tstzrange"] = ["'[2024-01-01,infinity)'", "'(-infinity,2024-01-01 01:02:03.4]'"],
        ["daterange"] = ["'[2024-01-01,2024-02-01)'"],
        ["int4multirange"] = ["'{}'", "'{[1,3),[5,7)}'"],
        ["xml"] = ["'<a b=\"c\">d</a>'"],
    };
}
