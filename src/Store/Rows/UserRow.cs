namespace Lorica.Store.Rows;

/// <summary>A person who can sign in.</summary>
public sealed class UserRow
{
    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>Salted hash (PBKDF2) of the password.</summary>
    public required string PasswordHash { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
