using System.Text;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Tests.Requests;

/// <summary>contract/writes.md §1.</summary>
public sealed class PayloadTests
{
    [Theory]
    [InlineData("{\"b\":1,\"a\":{\"x\":[1]}}", PayloadKind.JsonObject, "a,b")]
    [InlineData(" [{\"a\":1,\"b\":2},{\"b\":[],\"a\":{}}] ", PayloadKind.JsonArray, "a,b")]
    [InlineData("[{\"a\":1,\"a\":2,\"b\":3},{\"b\":1,\"a\":1}]", PayloadKind.JsonArray, "a,b")]
    [InlineData("[{\"\\u0061\":1},{\"a\":2}]", PayloadKind.JsonArray, "a")]
    [InlineData("[{\"a\\nb\":1,\"c\":1},{\"c\":1,\"a\\u000ab\":2}]", PayloadKind.JsonArray, "a\nb,c")]
    [InlineData("{}", PayloadKind.JsonObject, "")]
    [InlineData("[{},{}]", PayloadKind.JsonArray, "")]
    [InlineData("[]", PayloadKind.JsonArray, "")]
    [InlineData("{\"a\":\"\\ud83d\\ude00\"}", PayloadKind.JsonObject, "a")]
    public void Json_keeps_its_bytes(string body, PayloadKind kind, string keys)
    {
        var payload = Parse(body, MediaType.Json);
        Assert.Equal((kind, body, keys), (payload.Kind, Text(payload), string.Join(',', payload.Keys)));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData(" true ")]
    public void A_scalar_is_an_empty_array(string body) => Assert.Equal((PayloadKind.JsonArray, "[]"), (Parse(body, MediaType.Json).Kind, Text(Parse(body, MediaType.Json))));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"a\":1} x")]
    [InlineData("{'a':1}")]
    [InlineData("\uFEFF{\"a\":1}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":\"\\ude00\\ud83d\"}")]
    [InlineData("{\"a\":\"\\ud83dx\"}")]
    [InlineData("{\"a\":\"\\uD83D\\n\\uDE00\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("[{\"a\":1},{\"b\":1}")]
    [InlineData("[1,]")]
    [InlineData("[{\"a\":1},{\"b\":{\"c\":\"\\ud800\"}}]")]
    [InlineData("{\"a\":01}")]
    [InlineData("//c\n{}")]
    public void Bad_json_is_refused(string body) => Assert.Equal("Empty or invalid json", Refusal(body, MediaType.Json));

    [Theory]
    [InlineData("[{\"a\":1},{\"b\":1}]")]
    [InlineData("[{\"a\":1},{\"a\":1,\"b\":1}]")]
    [InlineData("[{\"a\":1,\"b\":1},{\"a\":1}]")]
    [InlineData("[{\"a\":1,\"b\":1},{\"b\":1,\"b\":1}]")]
    [InlineData("[{\"a\":1},2]")]
    [InlineData("[1,2]")]
    [InlineData("[[{\"a\":1}]]")]
    public void Different_keys_are_refused(string body) => Assert.Equal("All object keys must match", Refusal(body, MediaType.Json));

    [Fact]
    public void Invalid_UTF8_is_refused() =>
        Assert.Throws<ApiException>(() => Payload.Parse(new byte[] { (byte)'"', 0xFF, (byte)'"' }, MediaType.Json, false, null));

    [Theory]
    [InlineData(JsonBody.MaxDepth, true)]
    [InlineData(JsonBody.MaxDepth + 1, false)]
    [InlineData(1_000_000, false)]
    public void Json_is_nested_at_most_as_deep_as_PostgreSQL_reads(int depth, bool parses)
    {
        var body = "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        if (parses)
        {
            Assert.Equal("a", Assert.Single(Parse(body, MediaType.Json).Keys));
        }
        else
        {
            Assert.Equal("Empty or invalid json", Refusal(body, MediaType.Json));
        }
    }

    [Theory]
    [InlineData(" {broken", PayloadKind.JsonObject)]
    [InlineData("[1,2]", PayloadKind.JsonArray)]
    [InlineData("", PayloadKind.JsonArray)]
    public void With_columns_the_body_is_not_inspected(string body, PayloadKind kind)
    {
        var payload = Payload.Parse(Encoding.UTF8.GetBytes(body), MediaType.Json, false, ["x"]);
        Assert.Equal((kind, body, "x"), (payload.Kind, Text(payload), Assert.Single(payload.Keys)));
    }

    [Fact]
    public void An_empty_body_of_a_function_is_an_empty_object()
    {
        var payload = Payload.Parse(default, MediaType.Json, isRoutine: true, null);
        Assert.Equal((PayloadKind.JsonObject, 0, 0), (payload.Kind, payload.Body.Length, payload.Keys.Length));
    }

    [Theory]
    [InlineData("k,v\nx,1\n", "[{\"k\":\"x\",\"v\":\"1\"}]", "k,v")]
    [InlineData("k,v\r\nx,1\r\n\r\ny,\r\n", "[{\"k\":\"x\",\"v\":\"1\"},{\"k\":\"y\",\"v\":\"\"}]", "k,v")]
    [InlineData("k,v\rx,\"NULL\"\ry,NULL", "[{\"k\":\"x\",\"v\":null},{\"k\":\"y\",\"v\":null}]", "k,v")]
    [InlineData("k,\"group\"\nx,\"say \"\"hi\"\"\nbye\"\n", "[{\"k\":\"x\",\"group\":\"say \\\"hi\\\"\\nbye\"}]", "group,k")]
    [InlineData("k,v\nx,1,2\n", "[{\"k\":\"x\",\"v\":\"1\"}]", "k,v")]
    [InlineData("k,v\nx\n", "[{\"k\":\"x\"}]", "k")]
    [InlineData("k,v\n", "[]", "")]
    [InlineData(" k , v \n x , 1 \n", "[{\" k \":\" x \",\" v \":\" 1 \"}]", " k , v ")]
    [InlineData("größe\nmaß,\n", "[{\"größe\":\"maß\"}]", "größe")]
    public void Csv_becomes_json(string body, string json, string keys)
    {
        var payload = Parse(body, MediaType.Csv);
        Assert.Equal((PayloadKind.JsonArray, json, keys), (payload.Kind, Text(payload), string.Join(',', payload.Keys)));
    }

    [Theory]
    [InlineData("", "parse error")]
    [InlineData("k,v", "parse error")]
    [InlineData("k,v\nx,\"1\"2\n", "parse error")]
    [InlineData("k,v\nx,1\"2\n", "parse error (unexpected quote in an unquoted field) at \"2\n")]
    [InlineData("k,v\nx,\"1\n", "parse error (unclosed quote)")]
    [InlineData("k,v\nx,1\ny\n", "All lines must have same number of fields")]
    public void Bad_csv_is_refused(string body, string message) => Assert.StartsWith(message, Refusal(body, MediaType.Csv), StringComparison.Ordinal);

    [Theory]
    [InlineData("a=1+2&b=%C3%A9;a=3&c", "{\"a\":\"3\",\"b\":\"é\",\"c\":\"\"}", "a,b,c", 4)]
    [InlineData("", "{}", "", 0)]
    public void A_form_becomes_one_object(string body, string json, string keys, int arguments)
    {
        var payload = Parse(body, MediaType.FormUrlEncoded);
        Assert.Equal((PayloadKind.JsonObject, json, keys), (payload.Kind, Text(payload), string.Join(',', payload.Keys)));
        Assert.Equal(arguments, payload.FormArguments!.Value.Length);
    }

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("text/xml", true)]
    [InlineData("application/octet-stream", true)]
    [InlineData("application/x-yaml; a=b", false)]
    [InlineData("application/x-ndjson", false)]
    public void Raw_bodies_are_for_functions(string type, bool acceptable)
    {
        Assert.Equal($"Content-Type not acceptable: {type}", Refusal("x", MediaType.Parse(type)));
        if (acceptable)
        {
            Assert.Equal(PayloadKind.Raw, Payload.Parse("x"u8.ToArray(), MediaType.Parse(type), isRoutine: true, null).Kind);
        }
    }

    static Payload Parse(string body, MediaType type) => Payload.Parse(Encoding.UTF8.GetBytes(body), type, isRoutine: false, null);

    static string Refusal(string body, MediaType type)
    {
        var error = Assert.Throws<ApiException>(() => Parse(body, type)).Error;
        Assert.Equal(("PGRST102", 400), (error.Code, error.Status));
        return error.Message;
    }

    static string Text(Payload payload) => Encoding.UTF8.GetString(payload.Body.Span);
}
