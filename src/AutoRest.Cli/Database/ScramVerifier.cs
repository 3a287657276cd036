using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AutoRest.Cli.Database;

/// <summary>
/// PostgreSQL's stored form of a password: proves that somebody knows it without saying what it is. PgBouncer's user list and the
/// database must hold the very same one, for then PgBouncer can log in with what the client proved.
/// </summary>
/// <remarks>RFC 5803; the password's SASLprep is the identity for the letters and digits we generate.</remarks>
sealed record ScramVerifier(string Text)
{
    // PostgreSQL's own default: the password is long and random, more rounds would only slow every login down.
    const int Iterations = 4096;

    public static ScramVerifier Create(string password) => Create(password, RandomNumberGenerator.GetBytes(16), Iterations);

    internal static ScramVerifier Create(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, 32);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return new ScramVerifier(string.Create(CultureInfo.InvariantCulture,
            $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}"));
    }

    /// <summary>Whether this is the verifier of that password.</summary>
    public bool Matches(string password)
    {
        var parts = Text.Split('$', ':');
        if (parts.Length != 5 || parts[0] != "SCRAM-SHA-256" || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out var iterations) || iterations < 1)
        {
            return false;
        }

        var salt = new byte[parts[2].Length];
        return Convert.TryFromBase64String(parts[2], salt, out var length) && Create(password, salt[..length], iterations).Text == Text;
    }
}
