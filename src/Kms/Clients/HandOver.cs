using System.Text.Json;
using Lorica.Kmip;
using Lorica.Kms.Audit;
using Lorica.Kms.Configs;
using Lorica.Kms.Store;
using Lorica.Platform.Files;

namespace Lorica.Kms.Clients;

/// <summary>
/// Gives all objects of one client to another, for whoever holds the lock of the state folder.
/// <code>
/// 1 refuse    names that both use for live objects: afterwards nobody could tell them apart
/// 2 hand-over written durably (DurableFile): from whom to whom. From here on it is decided
/// 3 audit     one line per object, durable before its file changes
/// 4 objects   each file is replaced durably by the same with another owner; material is not opened
/// 5 hand-over removed durably, after one line for all
/// </code>
/// A crash before step 2 leaves everything as it was. After it, some objects have the new owner and some the old one, and no
/// server starts in between: whoever takes the folder next (server or command) goes on at step 3, which does nothing twice. The
/// audit may then tell of an object twice, never not at all.
/// </summary>
internal static class HandOver
{
    /// <summary>Why it cannot be done; null when it can.</summary>
    public static string? Refusal(ObjectStore store, string from, string to)
    {
        var taken = Names(store, to).ToHashSet(StringComparer.Ordinal);
        return Names(store, from).FirstOrDefault(taken.Contains) is { } name
            ? $"both clients have a live object named '{PrintableText.Escape(name, 200)}'" : null;
    }

    /// <summary>Steps 1 to 5.</summary>
    /// <exception cref="KmsException">Names clash; nothing is changed.</exception>
    public static int Run(StateFolder folder, ObjectStore store, string from, string to, TimeProvider time)
    {
        // Step 1
        if (Refusal(store, from, to) is { } why)
        {
            throw new KmsException(KmsErrorKind.Configuration, $"cannot hand over: {why}",
                "destroy or rename one of the two with its client first");
        }

        // Step 2
        DurableFile.Replace(folder.HandOver,
            JsonSerializer.SerializeToUtf8Bytes(new HandOverRecord(from, to), KmsJson.Default.HandOverRecord));
        return Finish(folder, store, time);
    }

    /// <summary>Steps 3 to 5 of one that was begun; does nothing when none was.</summary>
    /// <returns>Objects that got another owner.</returns>
    public static int Finish(StateFolder folder, ObjectStore store, TimeProvider time)
    {
        if (!File.Exists(folder.HandOver))
        {
            return 0;
        }

        var record = JsonSerializer.Deserialize(File.ReadAllBytes(folder.HandOver), KmsJson.Default.HandOverRecord)
            ?? throw new KmsException(KmsErrorKind.Damaged, $"{folder.HandOver} is empty");

        using var audit = AuditLog.Open(folder.Audit, time);
        int moved = 0;
        foreach (var o in store.OfOwner(record.From).ToList())
        {
            // Step 3
            audit.Write(Event(record, o.UniqueIdentifier, $"from {record.From}", time));

            // Step 4
            store.Update(o with { Owner = record.To });
            moved++;
        }

        // Step 5
        audit.Write(Event(record, "", $"{moved} objects from {record.From}", time));
        DurableFile.Delete(folder.HandOver);
        return moved;
    }

    private static KmipAuditEvent Event(HandOverRecord record, string identifier, string detail, TimeProvider time) => new(
        time.GetUtcNow(), new KmipClientIdentity(record.To, "lorica-kms client hand-over"), "", "HandOver", identifier, null,
        detail);

    private static IEnumerable<string> Names(ObjectStore store, string owner) => store.OfOwner(owner).Where(o => !o.IsDestroyed)
        .SelectMany(o => o.Names);
}
