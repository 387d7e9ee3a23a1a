using Lorica.Contracts.Faults;
using Lorica.Store.Rows;

namespace Lorica.Store;

/// <summary>
/// Requests that a client may repeat: the first one is noted before it is done and its answer kept for a day. A repetition gets
/// that
/// answer; the same key for another request is refused; so is a repetition whose first request did not end, because nobody
/// knows how
/// far it came.
/// </summary>
public sealed class IdempotencyStore(CenterStore store, TimeProvider time)
{
    /// <summary>Most keys of one user at a time: what they answered lies in the database.</summary>
    public const int MaximumPerUser = 20_000;

    /// <summary>How long answers are kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Notes a request that is about to be done.</summary>
    /// <returns>The answer that it had already; null when it is to be done now.</returns>
    public async Task<IdempotencyRow?> BeginAsync(string user, string key, string requestHash, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        long old = (now - Lifetime).ToUnixTimeMilliseconds();
        return await store.WriteAsync(
            async db =>
            {
                await db.Idempotency.RemoveBeforeAsync(old, ct);
                var row = await db.Idempotency.FindAsync(user, key, ct);
                if (row is null)
                {
                    if (await db.Idempotency.CountAsync(user, ct) >= MaximumPerUser)
                    {
                        throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.idempotencyFull", user,
                            $"{user} has used {MaximumPerUser} idempotency keys within a day.",
                            "Leave the key out, or wait until the oldest are forgotten."));
                    }

                    db.Idempotency.Add(new IdempotencyRow
                    {
                        UserName = user, Key = key, RequestHash = requestHash, CreatedAt = now.ToUnixTimeMilliseconds(),
                    });
                    return null;
                }

                if (row.RequestHash != requestHash)
                {
                    throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.idempotencyMismatch", key,
                        "The idempotency key was used for another request, or with another token.",
                        "Take a new key for each new request."));
                }

                return row.Status != 0 ? row : throw new FaultException(new Fault(
                    FaultTypes.ResourceInUse, "lorica.idempotencyPending", key,
                    "The first request with this idempotency key has not ended, or the center stopped in the middle of it.",
                    "Wait a little; if it stays so, look whether it happened, then take a new key."));
            },
            ct);
    }

    /// <summary>Keeps the answer.</summary>
    public Task EndAsync(string user, string key, int status, string contentType, byte[] body, CancellationToken ct) =>
        store.WriteAsync(db => db.Idempotency.SetAnswerAsync(user, key, status, contentType, body, ct), ct);

    /// <summary>Forgets a request that was refused: nothing happened, and it may be asked again.</summary>
    public Task ForgetAsync(string user, string key, CancellationToken ct) =>
        store.WriteAsync(db => db.Idempotency.RemoveUnansweredAsync(user, key, ct), ct);
}
