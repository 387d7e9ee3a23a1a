using Lorica.Contracts.Host;
using Lorica.Crypto;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>A checked request to start a job.</summary>
internal sealed record JobOrder
{
    private const int MaximumId = 128;

    public required string Id { get; init; }

    public required long Epoch { get; init; }

    public required JobKind Kind { get; init; }

    /// <summary>Encrypt and recrypt: the KEK to use, and its check value.</summary>
    public required (KeyId Id, string Kcv)? NewKey { get; init; }

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

    public static JobOrder From(StartJobRequest r)
    {
        if (r.JobId.Length is 0 or > MaximumId)
            throw Refuse.Argument("job_id", "A job needs an id.");
        var kind = JobKinds.Parse(r.Kind) ?? throw Refuse.Argument("kind", $"'{r.Kind}' is no job.", "Use encrypt, decrypt or recryptShallow.");
        var key = r.NewKey is { KeyId.Length: > 0 } k ? (k.ToId(), r.NewKcv) : ((KeyId, string)?)null;
        if (key is null && kind != JobKind.Decrypt)
            throw Refuse.Argument("new_key", $"The job {kind.Name()} needs a key.");
        return new JobOrder
        {
            Id = r.JobId, Epoch = r.Epoch, Kind = kind, NewKey = key, Expectations = new Expectations(r.Records),
            Home = r.Home, Disks = r.AllDisks ? null : [.. r.Disks], Force = r.Force,
            Generations = GenerationsOf(r),
        };
    }

    private static Dictionary<Guid, long> GenerationsOf(StartJobRequest r)
    {
        var known = new Dictionary<Guid, long>();
        foreach (var g in r.Generations)
        {
            if (!Guid.TryParseExact(g.ObjectId, "D", out var id) || g.Generation is < 0 or > long.MaxValue / 2 || !known.TryAdd(id, g.Generation))
                throw Refuse.Argument("generations", $"The generation of object '{g.ObjectId}' is malformed.");
        }

        return known;
    }

    /// <summary>The new KEK from the cache, which must be the recorded one.</summary>
    public NamedKek RequireNewKey(string about, KeyLease keys)
    {
        var (id, kcv) = NewKey!.Value;
        var kek = keys.Find(id) ?? throw Refuse.KeysMissing(about, $"The new key for {about} was not found.", [id]);
        return keys.KcvOf(id) == kcv
            ? new NamedKek(id, kek)
            : throw Refuse.Tampered("wrongKey", id.ToString(), $"The key held as {id} has check value {keys.KcvOf(id)}; {kcv} is expected: it is another key.");
    }
}
