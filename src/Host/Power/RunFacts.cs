using Lorica.Contracts;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Power;

/// <summary>
/// What was verified, against the center's records, when a VM was started. While it runs, whoever can write the datastore can put
/// other files in the place of those: what the host does with them is measured by these facts, never by the files alone.
/// </summary>
internal sealed record RunFacts
{
    public required VerifiedObject Home { get; init; }

    public required IReadOnlyList<VerifiedObject> Disks { get; init; }

    /// <summary>While a shallow recrypt works on the VM: its new KEK, under which an object may be already. Else null.</summary>
    public string? NextProvider { get; init; }

    /// <summary>The same KEK at its provider.</summary>
    public string? NextKeyId { get; init; }

    /// <summary>Its check value.</summary>
    public string? NextKcv { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Encrypted => Home.Encrypted;

    /// <summary>The KEKs that are needed to open the VM again.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlySet<KeyId> Keys => Disks.Append(Home).Where(o => o.Encrypted).Select(o => o.Key).Concat(Next is { } next ? [next] : []).ToHashSet();

    private KeyId? Next => NextKeyId is { } id ? new KeyId(NextProvider ?? "", id) : null;

    /// <summary>The facts of a VM that verified.</summary>
    public static RunFacts Of(OpenedVm vm, KeyLease keys)
    {
        VerifiedObject Object(Guid id, string label, long capacity, KeyId? key, long generation)
        {
            var plain = new VerifiedObject { Id = id, Label = label, Capacity = capacity };
            return key is { } k ? plain.Under(k, keys.KcvOf(k)!, generation) : plain;
        }

        return new RunFacts
        {
            Home = Object(vm.Home.Model.Id, "", 0, vm.Home.OpenedWith, vm.Home.Generation),
            Disks = [.. vm.Disks.Select(d => Object(d.Disk.ObjectId, d.Disk.Label, d.Opened.Model.Capacity, d.Opened.OpenedWith, d.Opened.Generation))],
        };
    }

    /// <summary>What the files must be now, in the form of the center's records.</summary>
    public Expectations Expect(VmHome home)
    {
        var records = new List<ObjectRecord>();
        if (Home.Encrypted)
            records.Add(Record(Home, () => home.ReadModel().Keys));
        if (Disks.Any(d => d.Encrypted))
        {
            using var folder = DiskFolder.Open(home.Path);
            records.AddRange(Disks.Where(d => d.Encrypted).Select(d => Record(d, () => KeysOf(home, folder, d))));
        }

        return new Expectations(records);
    }

    /// <summary>Refuses a VM that opens, but is not the one that was started.</summary>
    public void Require(OpenedVm vm, string about)
    {
        var now = vm.Disks.Select(d => (d.Disk.Label, d.Disk.ObjectId, d.Opened.Model.Capacity, d.Opened.OpenedWith is not null));
        if (vm.Home.Model.Encrypted != Encrypted || !now.SequenceEqual(Disks.Select(d => (d.Label, d.Id, d.Capacity, d.Encrypted))))
            throw Refuse.Tampered("differsFromRecord", about, $"{about} is not what it was when it was powered on: its files were changed while it runs.");
    }

    /// <summary>A shallow recrypt begins: from now on each object is under its KEK or under this one.</summary>
    public RunFacts Towards(NamedKek next) =>
        this with { NextProvider = next.Id.Provider, NextKeyId = next.Id.Id, NextKcv = KeyCheckValue.Compute(next.Key) };

    /// <summary>It has ended: every encrypted object is under this KEK.</summary>
    public RunFacts Arrived(NamedKek next, Func<VerifiedObject, long> generationOf)
    {
        var kcv = KeyCheckValue.Compute(next.Key);
        VerifiedObject Moved(VerifiedObject o) => o.Encrypted ? o.Under(next.Id, kcv, generationOf(o)) : o;
        return Settled() with { Home = Moved(Home), Disks = [.. Disks.Select(Moved)] };
    }

    /// <summary>It was rolled back.</summary>
    public RunFacts Settled() => this with { NextProvider = null, NextKeyId = null, NextKcv = null };

    private ObjectRecord Record(VerifiedObject o, Func<IReadOnlyList<KeyId>> named)
    {
        var (key, kcv) = (o.Key, o.Kcv);
        if (Next is { } next && named() is var keys && !keys.Contains(key) && keys.Contains(next))
            (key, kcv) = (next, NextKcv!);
        return new ObjectRecord
        {
            ObjectId = o.Id.ToString(), Kind = o == Home ? ObjectKind.Vm : ObjectKind.Disk, Key = key.ToRef(), Kcv = kcv, Generation = o.Generation,
        };
    }

    private static IReadOnlyList<KeyId> KeysOf(VmHome home, DiskFolder folder, VerifiedObject disk)
    {
        try
        {
            return home.ReadModel().Disks.FirstOrDefault(d => d.ObjectId == disk.Id) is { } named ? Vmdk.ReadModel(folder, named.Name).Keys : [];
        }
        catch (DiskException)
        {
            // What is wrong with it is said when it is opened.
            return [];
        }
    }
}
