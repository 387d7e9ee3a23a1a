using System.Globalization;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Placement;
using Lorica.Model;

namespace Lorica.ControlPlane.Preflight;

/// <summary>
/// What is refused before an operation begins, beside the rules of <c>EncryptionRules</c>; pure.
/// <code>
/// check        refused when                                                             warned of when
/// center       the VM runs this center (encrypt, clone encrypted)                       -
/// kms          the new key's provider could only start after the VM that needs it       a KMS of another provider runs in the VM
/// certificate  a certificate of the provider ended, or ends within a day                it ends within 30 days
/// key          the named key belongs to another VM                                      -
/// space        the datastore has no room for the side file (the copy, the lock file)    -
/// </code>
/// </summary>
internal static class PreflightRules
{
    /// <summary>
    /// Side file of the one disk that is changed at a time (two windows of 4 MiB and their records), and new descriptors.
    /// </summary>
    public const long SideFileSpace = Contracts.Vmx.SpaceLimits.SideFile;

    /// <summary>What a copy leaves free.</summary>
    public const long CopyReserve = Contracts.Vmx.SpaceLimits.CopyReserve;

    /// <summary>A lock file and a VMX, written beside the old ones.</summary>
    public const long SmallFilesSpace = 1L << 20;

    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);
    private static readonly TimeSpan TooSoon = TimeSpan.FromDays(1);

    /// <summary>All checks that apply to <paramref name="order"/>, in order.</summary>
    public static IEnumerable<PreflightFinding> Check(PreflightRequest order, PreflightFacts facts)
    {
        if (order.Provider is { } provider)
        {
            yield return Center(order, facts);
            yield return Kms(order, provider, facts);
            foreach (var certificate in facts.Certificates)
            {
                yield return Certificate(provider, certificate, facts.Now);
            }

            if (facts.Certificates.Count == 0)
            {
                yield return PreflightFinding.Fine("certificate");
            }
        }

        if (order.KeyId is not null)
        {
            yield return Key(order, facts);
        }

        foreach (var (datastore, bytes) in Space(order))
        {
            yield return Room(datastore, bytes, facts);
        }
    }

    private static PreflightFinding Center(PreflightRequest order, PreflightFacts facts) => order.Vm.Id != facts.CenterVm
        ? PreflightFinding.Fine("center")
        : Refused("center", new Fault(FaultTypes.NotSupported, "lorica.vmRunsCenter", order.Vm.Name,
            $"{order.Vm.Name} runs this center: encrypted, it could not be started again without itself.",
            "Leave it plain. If the center has moved: lorica setting rm center.runsIn"));

    /// <summary>
    /// Follows the chain: the VM needs the provider, the provider the VM that it runs in, that one its own providers, …
    /// </summary>
    private static PreflightFinding Kms(PreflightRequest order, string provider, PreflightFacts facts)
    {
        var (seen, next) = (new HashSet<string>(StringComparer.Ordinal),
            new Queue<(string Provider, string Way)>([(provider, provider)]));
        while (next.TryDequeue(out var at))
        {
            if (!seen.Add(at.Provider) || !facts.Guests.TryGetValue(at.Provider, out string? guest))
            {
                continue;
            }

            if (guest == order.Vm.Id)
            {
                return Refused("kms", new Fault(FaultTypes.NotSupported, "lorica.vmRunsKms", order.Vm.Name,
                    $"{order.Vm.Name} runs the KMS of {at.Way}: encrypted with its key, neither could be started "
                        + "without the other.",
                    "Leave it plain, or encrypt it with a key of a provider that runs elsewhere. "
                    + $"If the KMS has moved: lorica kms set {at.Provider} --runs-in none"));
            }

            foreach (string further in facts.Needs[guest])
            {
                next.Enqueue((further, $"{further} (on which {at.Way} depends)"));
            }
        }

        var own = facts.Guests.Where(g => g.Value == order.Vm.Id).Select(g => g.Key).ToList();
        return own.Count == 0 ? PreflightFinding.Fine("kms")
            : new PreflightFinding("kms", Refuses: false, new Fault(FaultTypes.NotSupported, "lorica.vmRunsKms", order.Vm.Name,
                $"{order.Vm.Name} runs the KMS of {string.Join(", ", own)}: after a power cut that one comes back only when "
                    + $"{provider} has.",
                "Do it if that order is what you want."));
    }

    private static PreflightFinding Certificate(string provider, ProviderCertificate certificate, DateTimeOffset now)
    {
        var left = certificate.NotAfter - now;
        if (left > Soon)
        {
            return PreflightFinding.Fine("certificate");
        }

        string end = certificate.NotAfter.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
        var (key, ends) = left <= TimeSpan.Zero ? ("lorica.certificateExpired", "ended") : ("lorica.certificateEnds", "ends");
        return new PreflightFinding("certificate", left <= TooSoon, new Fault(FaultTypes.InvalidState, key, provider,
            $"{certificate.Whose} {ends} {end}.",
            certificate.Client
                ? $"Give {provider} a new client certificate, and let the KMS trust it."
                : "Renew it on the KMS, then accept it here."));
    }

    private static PreflightFinding Key(PreflightRequest order, PreflightFacts facts) => facts.KeyUsers.Count == 0
        ? PreflightFinding.Fine("key")
        : Refused("key", KeyOwners.InUse(order.Provider!, order.KeyId!, facts.KeyUsers));

    /// <summary>Bytes wanted by datastore.</summary>
    private static IEnumerable<(string Datastore, long Bytes)> Space(PreflightRequest order) => order.Action switch
    {
        PreflightAction.Clone => order.Target is { } target
            ? [(target.Datastore, order.Disks.Sum(d => d.Provisioning == DiskFormat.Thin ? d.Used : d.Capacity) + CopyReserve)]
            : [],
        PreflightAction.Migrate => order.Target is { } target ? [(target.Datastore, SmallFilesSpace)] : [],
        PreflightAction.RecryptShallow or PreflightAction.Create => [],
        PreflightAction.Encrypt or PreflightAction.Decrypt or PreflightAction.RecryptDeep =>
            order.Disks.Select(d => DatastoreTags.OfPath(d.Path)).Where(d => d.Length > 0).Distinct(StringComparer.Ordinal)
                .Select(d => (d, SideFileSpace)),
        _ => throw new ArgumentException($"Nothing tells how much room {order.Action} takes.", nameof(order)),
    };

    private static PreflightFinding Room(string datastore, long bytes, PreflightFacts facts) =>
        !facts.Free.TryGetValue(datastore, out long free) || free >= bytes
            ? PreflightFinding.Fine("space")
            : Refused("space", new Fault(FaultTypes.NoDiskSpace, "lorica.noSpace", datastore,
                string.Create(CultureInfo.InvariantCulture,
                    $"Datastore {datastore} has {free >> 20} MiB free; {bytes >> 20} MiB are needed."),
                "Make room, then ask again."));

    private static PreflightFinding Refused(string check, Fault fault) => new(check, Refuses: true, fault);
}
