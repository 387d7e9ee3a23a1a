using System.Security.Cryptography;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Store;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Lorica.ControlPlane.Access;

/// <summary>Users and sessions. A token is 256 random bits; the database knows only its SHA-256.</summary>
public sealed class SignInService(CenterStore store, SignInThrottle throttle, EventLog events, TimeProvider time)
{
    /// <summary>Name of the first administrator.</summary>
    public const string Administrator = "administrator";

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private const int MaximumName = 128;
    private const int MaximumPassword = 1024;
    private const int MinimumNewPassword = 8;

    private static readonly PasswordHasher<UserRow> Hasher =
        new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    /// <summary>Verified when the name is unknown, so that both answers take the same time.</summary>
    private static readonly Lazy<string> NobodysHash = new(() => Hasher.HashPassword(null!, RandomNumberGenerator.GetHexString(32)));

    /// <summary>Checks the password and opens a session. Failures count by name and <paramref name="address"/> of the caller.</summary>
    public async Task<Session> SignInAsync(string user, string password, string address, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(user) || user.Length > MaximumName || string.IsNullOrEmpty(password) || password.Length > MaximumPassword)
        {
            throw Refused();
        }

        var left = throttle.LockedFor(user, address);
        if (left > TimeSpan.Zero)
        {
            throw new FaultException(new Fault(FaultTypes.NotAuthenticated, "lorica.signInLocked", user,
                $"Too many failed sign-ins for {user}.", $"Try again in {Math.Ceiling(left.TotalSeconds)} seconds."));
        }

        var row = await store.ReadAsync(db => db.Users.FirstOrDefaultAsync(u => u.Name == user, ct), ct);
        var verdict = Hasher.VerifyHashedPassword(row!, row?.PasswordHash ?? NobodysHash.Value, password);
        if (row is null || verdict == PasswordVerificationResult.Failed)
        {
            throttle.Failed(user, address);
            if (throttle.LockedFor(user, address) > TimeSpan.Zero && row is not null)
            {
                await events.AddAsync(EventIds.SignInLocked, user, user, $"Sign-in of {user} from {address} is locked after too many failures.", ct);
            }

            throw Refused();
        }

        throttle.Succeeded(user, address);
        return await OpenAsync(user, ct);
    }

    /// <summary>The caller behind <paramref name="token"/>.</summary>
    public async Task<Caller> AuthenticateAsync(string? token, CancellationToken ct)
    {
        if (token is not { Length: > 0 and <= 256 })
        {
            throw NotSignedIn();
        }

        var hash = Hash(token);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var user = await store.ReadAsync(
            db => db.Sessions.Where(s => s.TokenHash == hash && s.ExpiresAt > now).Select(s => s.UserName).FirstOrDefaultAsync(ct), ct);
        return user is null ? throw NotSignedIn() : new Caller(user);
    }

    /// <summary>Ends the session of <paramref name="token"/>.</summary>
    public Task SignOutAsync(string token, CancellationToken ct)
    {
        var hash = Hash(token);
        return store.WriteAsync(db => db.Sessions.Where(s => s.TokenHash == hash).ExecuteDeleteAsync(ct), ct);
    }

    /// <summary>Makes a user with the role Admin.</summary>
    public Task AddAdministratorAsync(string user, string password, CancellationToken ct)
    {
        Check(user, password);
        var row = new UserRow
        {
            Name = user,
            PasswordHash = Hasher.HashPassword(null!, password),
            Role = RoleAuthorizer.AdminRole,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        return store.WriteAsync(db => Task.FromResult(db.Users.Add(row)), ct);
    }

    /// <summary>
    /// Gives an administrator a new password, makes the user when there is none of that name, and ends all its sessions: for who
    /// has the database itself and lost the password.
    /// </summary>
    public Task ResetAdministratorAsync(string user, string password, CancellationToken ct)
    {
        Check(user, password);
        var hash = Hasher.HashPassword(null!, password);
        return store.WriteAsync(
            async db =>
            {
                var row = await db.Users.FirstOrDefaultAsync(u => u.Name == user, ct);
                if (row is null)
                {
                    row = new UserRow
                    {
                        Name = user,
                        PasswordHash = hash,
                        Role = RoleAuthorizer.AdminRole,
                        CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    };
                    db.Users.Add(row);
                }

                row.PasswordHash = hash;
                row.Role = RoleAuthorizer.AdminRole;
                await db.Sessions.Where(s => s.UserName == user).ExecuteDeleteAsync(ct);
                events.Add(db, EventIds.PasswordSet, user, user, $"The password of {user} was set on the center's machine; its sessions ended.");
            },
            ct);
    }

    private static void Check(string user, string password)
    {
        if (password.Length is < MinimumNewPassword or > MaximumPassword)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.password", user,
                $"A password has {MinimumNewPassword} to {MaximumPassword} characters.", "Choose another password."));
        }
    }

    private async Task<Session> OpenAsync(string user, CancellationToken ct)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var row = new SessionRow
        {
            TokenHash = Hash(token),
            UserName = user,
            CreatedAt = now.ToUnixTimeMilliseconds(),
            ExpiresAt = (now + Lifetime).ToUnixTimeMilliseconds(),
        };
        await store.WriteAsync(
            async db =>
            {
                await db.Sessions.Where(s => s.ExpiresAt <= row.CreatedAt).ExecuteDeleteAsync(ct);
                db.Sessions.Add(row);
            },
            ct);
        return new Session(user, token, now + Lifetime);
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static FaultException Refused() => new(new Fault(FaultTypes.NotAuthenticated, "lorica.signInRefused", "session",
        "User name or password is wrong.", "Sign in with the right ones."));

    private static FaultException NotSignedIn() => new(new Fault(FaultTypes.NotAuthenticated, "lorica.notSignedIn", "session",
        "The request carries no valid session.", "Sign in first."));
}
