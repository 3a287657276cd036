using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AutoRest.Testing;

/// <summary>JSON Web Tokens as a login service would issue them.</summary>
public static class Token
{
    /// <summary>Signs claims with HS256.</summary>
    /// <param name="secret">The server's <c>PGRST_JWT_SECRET</c>.</param>
    /// <param name="claims">JSON.</param>
    public static string Sign(string secret, string claims)
    {
        var signed = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(signed)));
    }
}
