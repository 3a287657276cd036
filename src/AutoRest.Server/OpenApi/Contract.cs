namespace AutoRest.Server.OpenApi;

/// <summary>The wire contract the documents describe.</summary>
static class Contract
{
    public const string Version = "16.2";
}
