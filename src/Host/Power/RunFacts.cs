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

    public required IReadOnlyList<VerifiedDisk> Disks { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Encrypted => Home.Encrypted;

    /// <summary>The KEKs that are needed to open the VM again.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlySet<KeyId> Keys => Objects.Select(o => o.Key).Concat(Objects.Select(o => o.Next).OfType<KeyId>()).ToHashSet();

    private IEnumerable<VerifiedObject> Links => Disks.SelectMany(d => d.Links);

    private IEnumerable<VerifiedObject> Objects => Links.Append(Home).Where(o => o.Encrypted);

    /// <summary>The facts of a VM that verified.</summary>
    public static RunFacts Of(OpenedVm vm, KeyLease keys)
    {
        VerifiedObject Object(Guid id, KeyId? key, long generation)
        {
            var plain = new VerifiedObject { Id = id };
            return key is { } k ? plain.Under(k, keys.KcvOf(k)!, generation) : plain;
        }

        return new RunFacts
        {
            Home = Object(vm.Home.Model.Id, vm.Home.OpenedWith, vm.Home.Generation),
            Disks =
            [
                .. vm.Disks.Select(d => new VerifiedDisk
                {
                    Label = d.Disk.Label, Capacity = d.Opened.Model.Capacity,
                    Links = [.. d.Disk.Links.Zip(d.Opened.Links, (l, o) => Object(l.ObjectId, o.OpenedWith, o.Generation))],
                }),
            ],
        };
    }

    /// <summary>What the files must be now, in the form of the center's records.</summary>
    public Expectations Expect(VmHome home)
    {
        var records = new List<ObjectRecord>();
        if (Home.Encrypted)
            records.Add(Record(Home, () => home.ReadModel().Keys));
        if (Links.Any(l => l.Encrypted))
        {
            using var folder = home.OpenDisks();
            records.AddRange(Links.Where(l => l.Encrypted).Select(l => Record(l, () => KeysOf(home, folder, l))));
        }

        return new Expectations(records);
    }

    /// <summary>Refuses a VM that opens, but is not the one that was started.</summary>
    public void Require(OpenedVm vm, string about)
    {
        var now = vm.Disks.SelectMany(d => d.Disk.Links.Zip(d.Opened.Links, (l, o) =>
            (d.Disk.Label, l.ObjectId, d.Opened.Model.Capacity, Encrypted: o.OpenedWith is not null)));
        var then = Disks.SelectMany(d => d.Links.Select(l => (d.Label, ObjectId: l.Id, d.Capacity, l.Encrypted)));
        if (vm.Home.Model.Encrypted != Encrypted || !now.SequenceEqual(then))
        {
            throw Refuse.Tampered("differsFromRecord", about,
                $"{about} is not what it was when it was powered on: its files were changed while it runs.");
        }
    }

    /// <summary>A shallow recrypt begins: from now on each object is under its KEK or under this one.</summary>
    public RunFacts Towards(NamedKek next) => Towards(_ => next);

    /// <summary>The same with a new KEK for each object; null for one that keeps its own.</summary>
    public RunFacts Towards(Func<VerifiedObject, NamedKek?> nextOf) => Change(o => nextOf(o) is { } next
        ? o.Towards(next.Id, KeyCheckValue.Compute(next.Key))
        : o.Towards(null, null));

    /// <summary>It has ended: every encrypted object is under this KEK.</summary>
    public RunFacts Arrived(NamedKek next, Func<VerifiedObject, long> generationOf) => Arrived(_ => next, generationOf);

    /// <summary>The same with the KEK of each object; null for one that kept its own.</summary>
    public RunFacts Arrived(Func<VerifiedObject, NamedKek?> nextOf, Func<VerifiedObject, long> generationOf) => Change(o =>
        (nextOf(o) is { } next ? o.Under(next.Id, KeyCheckValue.Compute(next.Key), generationOf(o)) : o).Towards(null, null));

    /// <summary>It was rolled back.</summary>
    public RunFacts Settled() => Change(o => o.Towards(null, null));

    private RunFacts Change(Func<VerifiedObject, VerifiedObject> change)
    {
        VerifiedObject Changed(VerifiedObject o) => o.Encrypted ? change(o) : o;
        return this with
        {
            Home = Changed(Home),
            Disks = [.. Disks.Select(d => d with { Links = [.. d.Links.Select(Changed)] })],
        };
    }

    private ObjectRecord Record(VerifiedObject o, Func<IReadOnlyList<KeyId>> named)
    {
        var (key, kcv) = (o.Key, o.Kcv);
        if (o.Next is { } next && named() is var keys && !keys.Contains(key) && keys.Contains(next))
            (key, kcv) = (next, o.NextKcv!);
        return new ObjectRecord
        {
            ObjectId = o.Id.ToString(), Kind = o == Home ? ObjectKind.Vm : ObjectKind.Disk, Key = key.ToRef(), Kcv = kcv,
            Generation = o.Generation,
        };
    }

    private static IReadOnlyList<KeyId> KeysOf(VmHome home, DiskFolder folder, VerifiedObject link)
    {
        try
        {
            return home.ReadModel().Disks.SelectMany(d => d.Links).FirstOrDefault(l => l.ObjectId == link.Id) is { } named
                ? Vmdk.ReadModel(folder, named.Name).Keys : [];
        }
        catch (DiskException)
        {
            // What is wrong with it is said when it is opened.
            return [];
        }
    }
}
