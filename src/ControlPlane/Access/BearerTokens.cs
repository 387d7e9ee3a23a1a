using System.Security.Cryptography;
using System.Text;

namespace Lorica.ControlPlane.Access;

/// <summary>What goes into <c>Authorization: Bearer</c>: 256 random bits. The database knows only their SHA-256.</summary>
internal static class BearerTokens
{
    /// <summary>Longest that is looked at.</summary>
    public const int Maximum = 256;

    /// <summary>Begin of an API token, so that people and scanners of leaked secrets know it.</summary>
    public const string ApiPrefix = "lorica_";

    /// <summary>A token of a session.</summary>
    public static string NewSession() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>An API token.</summary>
    public static string NewApi() => ApiPrefix + NewSession();

    /// <summary>A short name for a token.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>What is stored.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
