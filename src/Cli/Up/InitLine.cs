namespace Lorica.Cli.Up;

/// <summary>What <c>lorica-center init</c> prints.</summary>
internal sealed record InitLine(string User, string? Password, string SpkiSha256)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => User;
}
