using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// Revisions of objects that people edit, so that of two edits made from the same look only the first is done.
/// <para>
/// Every change is a task, so the one place is <see cref="TaskStore"/>: the transaction in which a task begins compares the
/// revision that the caller saw (<see cref="ExpectedRevision"/>) and raises it. The transaction in which it ends raises it again:
/// who looked while it ran has not seen its result.
/// </para>
/// </summary>
public sealed class Revisions(CenterStore store)
{
    /// <summary>Key of the refusal.</summary>
    public const string ChangedKey = "lorica.changed";

    private const int DigestBytes = 6;

    /// <summary>Number of the last change of any object.</summary>
    public Task<long> LatestAsync(CancellationToken ct) =>
        store.ReadAsync(db => db.Revisions.LatestAsync(ct), ct);

    /// <summary>Revision of an object; null when it was changed after <paramref name="latest"/>, so that a look that began then
    /// may have missed it.</summary>
    public async Task<string?> OfAsync(string kind, string id, long latest, CancellationToken ct)
    {
        long number = await store.ReadAsync(db => db.Revisions.NumberAsync(kind, id, ct), ct);
        return number <= latest ? Text(kind, id, number) : null;
    }

    /// <summary>Refuses when <paramref name="caller"/> made their edit from another revision.</summary>
    internal static async Task RequireAsync(CenterDb db, ObjectRef target, Caller caller, CancellationToken ct)
    {
        // What the center does by itself nobody has looked at, whosever request woke it up.
        if (caller.IsSystem || ExpectedRevision.Of(target.Kind) is not { } expected)
        {
            return;
        }

        if (Text(target.Kind, target.Id, await db.Revisions.NumberAsync(target.Kind, target.Id, ct)) != expected)
        {
            throw Changed(target);
        }
    }

    /// <summary>
    /// Notes that an object is changed by a task of <paramref name="taskKind"/>, in the transaction of <paramref name="db"/>.
    /// </summary>
    internal static Task RaiseAsync(CenterDb db, string taskKind, string objectKind, string objectId, CancellationToken ct) =>
        Unchanging(taskKind) || objectId.Length == 0
            ? Task.CompletedTask : db.Revisions.RaiseAsync(objectKind, objectId, ct);

    /// <summary>The refusal.</summary>
    internal static FaultException Changed(ObjectRef target) => new(new Fault(FaultTypes.InvalidState, ChangedKey, target.Name,
        $"{target.Name} was changed since you looked at it.", "Look at it again, then repeat the change."));

    /// <summary>Tasks about an object that leave it as it is.</summary>
    private static bool Unchanging(string taskKind) =>
        taskKind is TaskKinds.PolicyApply or TaskKinds.Clone or TaskKinds.Unlock or TaskKinds.KeyCheck
            or TaskKinds.AlarmAcknowledge or TaskKinds.Reset or TaskKinds.ProviderRequest;

    /// <summary>Says which object it is of: that of another one never passes.</summary>
    private static string Text(string kind, string id, long number) => string.Create(
        CultureInfo.InvariantCulture,
        $"{number}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{id}")).AsSpan(0, DigestBytes))}");
}
