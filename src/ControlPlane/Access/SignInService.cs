using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>Who asks: opens and ends sessions, and finds the caller behind a bearer token.</summary>
public sealed class SignInService(CenterStore store, SignInThrottle throttle, EventLog events, TimeProvider time)
{
    /// <summary>Name of the first administrator.</summary>
    public const string Administrator = "administrator";

    /// <summary>How long a session lasts at most.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    /// <summary>How long it lasts when nobody uses it.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    /// <summary>How exactly the last use is noted.</summary>
    private static readonly TimeSpan Exactness = TimeSpan.FromMinutes(1);

    private const int MaximumName = 128;

    /// <summary>
    /// Checks the password and opens a session. Failures count by name and <paramref name="address"/> of the caller.
    /// </summary>
    public async Task<Session> SignInAsync(string user, string password, string address, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(user) || user.Length > MaximumName || string.IsNullOrEmpty(password)
            || password.Length > Passwords.Maximum)
        {
            throw Refused();
        }

        await VerifyAsync(user, password, address, ct);
        return await OpenAsync(user, address, ct);
    }

    /// <summary>Checks a password, with the limits of a sign-in.</summary>
    internal async Task VerifyAsync(string user, string password, string address, CancellationToken ct)
    {
        var left = throttle.LockedFor(user, address);
        if (left > TimeSpan.Zero)
        {
            throw new FaultException(new Fault(FaultTypes.NotAuthenticated, "lorica.signInLocked", user,
                $"Too many failed sign-ins for {user}.", $"Try again in {Math.Ceiling(left.TotalSeconds)} seconds."));
        }

        var row = await store.ReadAsync(db => db.Users.FindAsync(user, ct), ct);
        if (!await Passwords.VerifyAsync(row, password, ct))
        {
            throttle.Failed(user, address, real: row is not null);
            if (row is not null && throttle.LockedFor(user, address) > TimeSpan.Zero)
            {
                NoteLocked(user, address);
            }

            throw Refused();
        }

        throttle.Succeeded(user, address);
    }

    /// <summary>The writing of the last event of a lock; ends by itself, never with an exception.</summary>
    internal Task Noted { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// The event of a lock is written beside the answer, not before it: only names that exist have one, and an answer that waited
    /// for it would tell which those are. A center that stops in that moment, or a database that is busy for long, loses this one
    /// event; the lock holds all the same.
    /// </summary>
    private void NoteLocked(string user, string address) => Noted = Task.Run(async () =>
    {
        try
        {
            await events.AddAsync(EventIds.SignInLocked, user, user,
                $"Sign-in of {user} from {address} is locked after too many failures.", CancellationToken.None);
        }
        catch (Exception e) when (CenterStore.IsFailure(e) || CenterStore.IsDuplicate(e) || e is ObjectDisposedException)
        {
            // As said above.
        }
    });

    /// <summary>The caller behind <paramref name="token"/>, of a session or of the API.</summary>
    public async Task<Caller> AuthenticateAsync(string? token, CancellationToken ct)
    {
        if (token is not { Length: > 0 and <= BearerTokens.Maximum })
        {
            throw NotSignedIn();
        }

        string hash = BearerTokens.Hash(token);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return token.StartsWith(BearerTokens.ApiPrefix, StringComparison.Ordinal)
            ? await OfApiTokenAsync(hash, now, ct)
            : await OfSessionAsync(hash, now, ct);
    }

    /// <summary>Ends the session of <paramref name="token"/>.</summary>
    public Task SignOutAsync(string token, CancellationToken ct)
    {
        string hash = BearerTokens.Hash(token);
        return store.WriteAsync(db => db.Sessions.RemoveOfTokenAsync(hash, ct), ct);
    }

    /// <summary>Makes a user who is Admin at the root: the first one of a center.</summary>
    public async Task AddAdministratorAsync(string user, string password, CancellationToken ct)
    {
        string hash = await Passwords.HashAsync(user, password, ct);
        await store.WriteAsync(db => MakeAdministratorAsync(db, user, hash, ct), ct);
    }

    /// <summary>
    /// Gives an administrator a new password, makes the user when there is none of that name, gives the role Admin at the root,
    /// and ends all its sessions and API tokens: for who has the database itself and lost the password.
    /// </summary>
    public async Task ResetAdministratorAsync(string user, string password, CancellationToken ct)
    {
        string hash = await Passwords.HashAsync(user, password, ct);
        await store.WriteAsync(
            async db =>
            {
                await MakeAdministratorAsync(db, user, hash, ct);
                await db.Sessions.RemoveOfUserAsync(user, ct);
                await db.Tokens.RemoveOfUserAsync(user, ct);
                events.Add(db, EventIds.PasswordSet, user, user,
                    $"The password of {user} was set on the center's machine; its sessions and tokens ended.");
            },
            ct);
    }

    private async Task MakeAdministratorAsync(CenterDb db, string user, string hash, CancellationToken ct)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = await db.Users.FindAsync(user, ct);
        if (row is null)
        {
            db.Users.Add(row = new UserRow { Name = user, PasswordHash = hash, CreatedAt = now });
        }

        row.PasswordHash = hash;
        var permission = await db.Permissions.FindAsync(PrincipalKinds.User, user, ObjectRef.Root, ct);
        if (permission is null)
        {
            db.Permissions.Add(permission = new PermissionRow
            {
                PrincipalKind = PrincipalKinds.User,
                Principal = user,
                ObjectKind = ObjectKinds.Root,
                ObjectId = InventoryIds.Root,
                CreatedAt = now,
            });
        }

        permission.RoleId = BuiltInRoles.Admin.Id;
        permission.Propagate = true;
    }

    private async Task<Caller> OfSessionAsync(string hash, long now, CancellationToken ct)
    {
        long idleSince = now - (long)Idle.TotalMilliseconds;
        var session = await store.ReadAsync(db => db.Sessions.FindOpenAsync(hash, now, idleSince, ct), ct)
            ?? throw NotSignedIn();
        if (now - session.LastUsedAt >= Exactness.TotalMilliseconds)
        {
            await store.WriteAsync(db => db.Sessions.NoteUseAsync(hash, now, ct), ct);
        }

        return new Caller(session.UserName) { Origin = new RequestOrigin("", session.Id, "") };
    }

    private async Task<Caller> OfApiTokenAsync(string hash, long now, CancellationToken ct)
    {
        var token = await store.ReadAsync(db => db.Tokens.FindValidAsync(hash, now, ct), ct)
            ?? throw NotSignedIn();
        if (now - token.LastUsedAt >= Exactness.TotalMilliseconds)
        {
            await store.WriteAsync(db => db.Tokens.NoteUseAsync(token.Id, now, ct), ct);
        }

        return new Caller(token.UserName, TokenId: token.Id);
    }

    private async Task<Session> OpenAsync(string user, string address, CancellationToken ct)
    {
        string token = BearerTokens.NewSession();
        var now = time.GetUtcNow();
        var row = new SessionRow
        {
            Id = BearerTokens.NewId(),
            TokenHash = BearerTokens.Hash(token),
            UserName = user,
            Address = address,
            CreatedAt = now.ToUnixTimeMilliseconds(),
            LastUsedAt = now.ToUnixTimeMilliseconds(),
            ExpiresAt = (now + Lifetime).ToUnixTimeMilliseconds(),
        };
        long idleSince = row.CreatedAt - (long)Idle.TotalMilliseconds;
        await store.WriteAsync(
            async db =>
            {
                await db.Sessions.RemoveEndedAsync(row.CreatedAt, idleSince, ct);
                db.Sessions.Add(row);
            },
            ct);
        return new Session(user, token, now + Lifetime);
    }

    private static FaultException Refused() => new(new Fault(FaultTypes.NotAuthenticated, "lorica.signInRefused", "session",
        "User name or password is wrong.", "Sign in with the right ones."));

    private static FaultException NotSignedIn() => new(new Fault(FaultTypes.NotAuthenticated, "lorica.notSignedIn", "session",
        "The request carries no valid session.", "Sign in first."));
}
