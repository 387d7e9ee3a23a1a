using Lorica.Contracts.Host;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Creation;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>A checked request to start a job.</summary>
internal sealed record JobSpec
{
    private const int MaximumId = 128;

    public required string Id { get; init; }

    public required long Epoch { get; init; }

    public required JobKind Kind { get; init; }

    /// <summary>Encrypt and recrypt: the KEK to use, and its check value.</summary>
    public required (KeyId Id, string Kcv)? NewKey { get; init; }

    /// <summary>New KEKs of single objects, where they are not <see cref="NewKey"/>.</summary>
    public IReadOnlyDictionary<Guid, (KeyId Id, string Kcv)> Keys { get; init; } = new Dictionary<Guid, (KeyId, string)>();

    /// <summary>Clone: the VM to make.</summary>
    public VmSpec? NewVm { get; init; }

    /// <summary>Relocation: where to.</summary>
    public (string Datastore, Provisioning? Format)? Relocate { get; init; }

    public required Expectations Expectations { get; init; }

    public required bool Home { get; init; }

    /// <summary>Labels; null for all disks.</summary>
    public required IReadOnlyList<string>? Disks { get; init; }

    public required bool Force { get; init; }

    /// <summary>Highest generations that the center has ever seen, by object; also of objects that are plain now.</summary>
    public required IReadOnlyDictionary<Guid, long> Generations { get; init; }

    /// <summary>The highest generation known of an object: a new bundle of it starts above.</summary>
    public long KnownGeneration(Guid id) => Math.Max(Generations.GetValueOrDefault(id), Expectations.Find(id)?.Generation ?? 0);

    public bool Wants(VmDiskModel disk) => Disks is null || Disks.Contains(disk.Label);

    public static JobSpec From(StartJobRequest r)
    {
        if (r.JobId.Length is 0 or > MaximumId)
            throw Refuse.Argument("job_id", "A job needs an id.");
        var kind = JobKinds.From(r.Kind) ?? throw Refuse.Argument(
            "kind", $"{(int)r.Kind} is no job.", "Use encrypt, decrypt, recryptShallow, recryptDeep, clone or relocate.");
        var key = r.NewKey is { KeyId.Length: > 0 } k ? (k.ToId(), r.NewKcv) : ((KeyId, string)?)null;
        if (key is null && kind is JobKind.Encrypt or JobKind.RecryptShallow or JobKind.RecryptDeep)
            throw Refuse.Argument("new_key", $"The job {kind.Name()} needs a key.");
        return new JobSpec
        {
            Id = r.JobId, Epoch = r.Epoch, Kind = kind, NewKey = key, Expectations = new Expectations(r.Records),
            Home = r.Home, Disks = r.AllDisks ? null : [.. r.Disks], Force = r.Force,
            Generations = GenerationsOf(r), Keys = KeysOf(r),
            NewVm = kind == JobKind.Clone
                ? VmSpec.From(r.NewVm ?? throw Refuse.Argument("clone", "A clone needs the VM to make.")) : null,
            Relocate = kind == JobKind.Relocate
                ? PlaceOf(r.Relocate ?? throw Refuse.Argument("relocate", "A relocation needs a place.")) : null,
        };
    }

    private static (string, Provisioning?) PlaceOf(RelocateOrder r) =>
        (r.Datastore, DiskProvisioning.From(r.Provisioning));

    private static Dictionary<Guid, (KeyId, string)> KeysOf(StartJobRequest r)
    {
        var keys = new Dictionary<Guid, (KeyId, string)>();
        foreach (var k in r.Keys)
        {
            if (!Guid.TryParseExact(k.ObjectId, "D", out var id) || k.Key is not { KeyId.Length: > 0 }
                || !keys.TryAdd(id, (k.Key.ToId(), k.Kcv)))
            {
                throw Refuse.Argument("keys", $"The key of object '{k.ObjectId}' is malformed.");
            }
        }

        return keys;
    }

    private static Dictionary<Guid, long> GenerationsOf(StartJobRequest r)
    {
        var known = new Dictionary<Guid, long>();
        foreach (var g in r.Generations)
        {
            if (!Guid.TryParseExact(g.ObjectId, "D", out var id) || g.Generation is < 0 or > long.MaxValue / 2
                || !known.TryAdd(id, g.Generation))
            {
                throw Refuse.Argument("generations", $"The generation of object '{g.ObjectId}' is malformed.");
            }
        }

        return known;
    }

    /// <summary>The new KEK of an object and its check value.</summary>
    public (KeyId Id, string Kcv) KeyOf(Guid objectId) => Keys.TryGetValue(objectId, out var own) ? own : NewKey!.Value;

    /// <summary>The new KEK from the cache, which must be the recorded one.</summary>
    public NamedKek RequireNewKey(string about, KeyLease keys) => Require(NewKey!.Value, about, keys);

    /// <summary>The same for one object.</summary>
    public NamedKek RequireNewKey(Guid objectId, string about, KeyLease keys) => Require(KeyOf(objectId), about, keys);

    private static NamedKek Require((KeyId Id, string Kcv) key, string about, KeyLease keys)
    {
        var (id, kcv) = key;
        var kek = keys.Find(id) ?? throw Refuse.KeysMissing(about, $"The new key for {about} was not found.", [id]);
        return keys.KcvOf(id) == kcv
            ? new NamedKek(id, kek)
            : throw Refuse.Tampered("wrongKey", id.ToString(),
                $"The key held as {id} has check value {keys.KcvOf(id)}; {kcv} is expected: it is another key.");
    }
}
