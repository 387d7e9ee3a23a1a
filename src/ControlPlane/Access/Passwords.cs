using System.Security.Cryptography;
using Lorica.Contracts.Faults;
using Lorica.Store.Rows;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Lorica.ControlPlane.Access;

/// <summary>Rules and hashes (PBKDF2, salted) of passwords.</summary>
internal static class Passwords
{
    /// <summary>Longest password that is looked at.</summary>
    public const int Maximum = 1024;

    private const int Minimum = 8;

    private static readonly PasswordHasher<UserRow> Hasher =
        new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    /// <summary>Verified when the name is unknown, so that both answers take the same time.</summary>
    private static readonly Lazy<string> NobodysHash = new(
        () => Hasher.HashPassword(null!, RandomNumberGenerator.GetHexString(32)));

    /// <summary>Hash of a new password, when it keeps the rules.</summary>
    public static Task<string> HashAsync(string user, string password, CancellationToken ct)
    {
        if (password.Length is < Minimum or > Maximum)
        {
            throw Bad(user, $"A password has {Minimum} to {Maximum} characters.");
        }

        if (string.Equals(password, user, StringComparison.OrdinalIgnoreCase) || password.Distinct().Count() < 3)
        {
            throw Bad(user, "A password is not the name of its user, nor one or two characters again and again.");
        }

        return SlowHashes.RunAsync(() => Hasher.HashPassword(null!, password), ct);
    }

    /// <summary>
    /// Whether <paramref name="password"/> is that of <paramref name="user"/>; takes as long when there is none.
    /// </summary>
    public static Task<bool> VerifyAsync(UserRow? user, string password, CancellationToken ct) => SlowHashes.RunAsync(
        () => Hasher.VerifyHashedPassword(user!, user?.PasswordHash ?? NobodysHash.Value, password)
            != PasswordVerificationResult.Failed && user is not null,
        ct);

    private static FaultException Bad(string user, string rule) =>
        new(new Fault(FaultTypes.InvalidArgument, "lorica.password", user, rule, "Choose another password."));
}
