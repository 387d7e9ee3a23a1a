namespace Lorica.Cli.Profiles;

/// <summary>Which center the command line talks to, and the session there.</summary>
/// <param name="Server">Base address: <c>https://127.0.0.1:8443</c>.</param>
/// <param name="CaPem">PEM certificate of the center's CA: the only one that is trusted.</param>
/// <param name="User">Who is signed in.</param>
/// <param name="Token">Bearer token; never printed.</param>
internal sealed record Profile(string Server, string CaPem, string? User = null, string? Token = null)
{
    /// <summary>Without the token, which must not reach a message or a log.</summary>
    public override string ToString() => $"{User}@{Server}";
}
