using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Providers;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Decides which object gets which key when a request names keys. A named key must be one that its objects may have
/// (<see cref="NamedKeys"/>), then it is fetched by the broker (Get and check value): what cannot be fetched, or is another key
/// than recorded, is refused before anything is done.
/// </summary>
internal sealed class KeyPlanner(
    ProviderService providers, BrokerLink broker, CenterStore store, NamedKeys named, RefusalAudit refusals, TimeProvider time)
{
    private const int MaximumSpecs = 65;

    /// <summary>Spreads objects over the specs.</summary>
    /// <param name="caller">Who names the keys.</param>
    /// <param name="own">The VM that gets them; with a clone its source too.</param>
    /// <param name="vm">Whose disks are named.</param>
    /// <param name="objects">The objects that get keys, by what a request calls them: <c>home</c> and labels.</param>
    /// <param name="specs">What the request names; not empty.</param>
    /// <param name="refuse">The refusal of an object that is there but gets no key.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<List<KeyGroup>> SpreadAsync(
        Caller caller, IReadOnlyCollection<string> own, VmFiles vm, IReadOnlyDictionary<string, string> objects,
        IReadOnlyList<KeySpec> specs, Func<string, FaultException> refuse, CancellationToken ct)
    {
        var rest = objects.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (string name in specs.SelectMany(s => s.Objects))
        {
            if (name != KeySpec.Home && vm.Disks.All(d => d.Label != name))
            {
                throw new FaultException(new Fault(
                    FaultTypes.NotFound, "lorica.diskNotFound", vm.Name, $"{vm.Name} has no disk {name}.",
                    $"lorica vm show {vm.Name}"));
            }

            if (!objects.ContainsKey(name))
            {
                throw refuse(name);
            }

            if (!rest.Remove(name))
            {
                throw Invalid(vm, $"A key is named twice for {name}.");
            }
        }

        if (specs.Count > MaximumSpecs || specs.Count(s => s.Objects.Count == 0) > 1)
        {
            throw Invalid(vm, "At most one key is named for all that is left.");
        }

        var groups = new List<KeyGroup>();
        foreach (var spec in specs)
        {
            var names = spec.Objects.Count > 0 ? spec.Objects : [.. rest];
            if (names.Count > 0)
            {
                groups.Add(await GroupAsync(caller, own, vm, spec, [.. names.Select(n => objects[n])], ct));
            }
        }

        if (rest.Count > 0 && specs.All(s => s.Objects.Count > 0))
        {
            groups.Add(new KeyGroup { Objects = [.. rest.Select(n => objects[n])], Provider = await providers.DefaultAsync(ct) });
        }

        return groups;
    }

    /// <summary>The newest usable key of each object: what a broken-off job was begun with.</summary>
    public static List<KeyGroup> Begun(IEnumerable<string> objects, IReadOnlyCollection<KeyRecordRow> records) =>
    [
        .. objects.Select(o => (Object: o,
            Record: records.Where(r => r.ObjectId == o && r.State == KeyRecordStates.Usable).MaxBy(r => r.Number)))
            .Where(o => o.Record is not null).GroupBy(o => (o.Record!.Provider, o.Record.KeyId, o.Record.Kcv))
            .Select(g => new KeyGroup
            {
                Objects = [.. g.Select(o => o.Object)], Provider = g.Key.Provider, KeyId = g.Key.KeyId, Kcv = g.Key.Kcv,
            }),
    ];

    private async Task<KeyGroup> GroupAsync(
        Caller caller, IReadOnlyCollection<string> own, VmFiles vm, KeySpec spec, List<string> objects,
        CancellationToken ct)
    {
        string provider = spec.Provider is { } name ? await providers.RequireAsync(name, ct) : await providers.DefaultAsync(ct);
        if (spec.KeyId is not { } id)
        {
            return new KeyGroup { Objects = objects, Provider = provider };
        }

        if (id.Length is 0 or > 1024)
        {
            throw Invalid(vm, "The identifier of a key has 1 to 1024 characters.");
        }

        // Before the KMS is asked: it answers nobody about keys that they may not name.
        try
        {
            await store.ReadAsync(
                async db =>
                {
                    await named.RequireAsync(db, caller, own, (provider, id), ct);
                    return true;
                },
                ct);
        }
        catch (FaultException e)
        {
            await refusals.NoteAsync(e);
            throw;
        }

        return new KeyGroup
        {
            Objects = objects, Provider = provider, KeyId = id, Kcv = await CheckAsync(vm.Name, provider, id, ct),
        };
    }

    /// <summary>
    /// Something new is to be wrapped with a key that is in use: its host may hold it although it is not active on its KMS any
    /// more. While the KMS cannot be asked, what was found last counts.
    /// </summary>
    /// <exception cref="FaultException">Nothing new may be wrapped with it.</exception>
    public async Task RequireMayWrapAsync(string vm, ExpectedKey key, CancellationToken ct)
    {
        var request = new CheckKeyRequest { Key = key.ToRef(), ExpectedKcv = key.Kcv };
        KeyStatus? status = null;
        try
        {
            status = await broker.CallAsync((b, o) => b.CheckKeyAsync(request, o), ct);
        }
        catch (FaultException)
        {
            // No broker, no word about the key.
        }

        bool said = status?.Fault?.Reason is null or KeyReasons.NotActiveOnKms or KeyReasons.MissingOnKms or KeyReasons.WrongKey
            or KeyReasons.NotAKey;
        if (status is not null && said)
        {
            RequireProtects(vm, key.Provider, key.KeyId, status.NoProtect);
            if (status.Fault is { } fault)
            {
                throw new FaultException(KeyFaults.NotUsable(vm, FaultCodec.FromMessage(fault)));
            }

            return;
        }

        var row = await store.ReadAsync(db => db.Keys.FindAsync(key.Provider, key.KeyId, ct), ct);
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        string ended = row is null ? "" : row.KmsState is not ("" or "Active") ? $"Its state is {row.KmsState}."
            : new[] { row.ProtectStop, row.Deactivation, row.Destroy, row.Compromise }.Any(d => d > 0 && d <= now)
                ? "A date on its KMS has ended it." : "";
        RequireProtects(vm, key.Provider, key.KeyId, ended);
    }

    /// <summary>The same as an answer.</summary>
    public async Task<bool> MayWrapAsync(string vm, ExpectedKey key, CancellationToken ct)
    {
        try
        {
            await RequireMayWrapAsync(vm, key, ct);
            return true;
        }
        catch (FaultException)
        {
            return false;
        }
    }

    private static void RequireProtects(string vm, string provider, string id, string noProtect)
    {
        if (noProtect.Length > 0)
        {
            throw new FaultException(KeyFaults.NotUsable(vm, new KeyReason(provider, id, KeyReasons.NotActiveOnKms, noProtect)));
        }
    }

    private async Task<string> CheckAsync(string vm, string provider, string id, CancellationToken ct)
    {
        var recorded = await store.ReadAsync(db => db.KeyRecords.KcvsAsync(provider, id, ct), ct);
        var request = new CheckKeyRequest
        {
            Key = new KeyRef { Provider = provider, KeyId = id }, ExpectedKcv = recorded.FirstOrDefault() ?? "",
        };
        var status = await broker.CallAsync((b, o) => b.CheckKeyAsync(request, o), ct);
        if (status.Fault is { } fault)
        {
            throw new FaultException(KeyFaults.NotUsable(vm, FaultCodec.FromMessage(fault)));
        }

        RequireProtects(vm, provider, id, status.NoProtect);
        return recorded.Count == 0 || recorded is [var kcv] && kcv == status.Kcv
            ? status.Kcv
            : throw new FaultException(KeyFaults.NotUsable(vm, new KeyReason(provider, id, KeyReasons.WrongKey, "")));
    }

    private static FaultException Invalid(VmFiles vm, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, "lorica.keys", vm.Name, message, "Correct the request."));

    /// <summary>Object ids of what is chosen, by the names that requests use.</summary>
    public static Dictionary<string, string> Names(VmRow vm, bool home, IEnumerable<VmDisk> disks)
    {
        var names = disks.ToDictionary(d => d.Label, d => d.ObjectId, StringComparer.Ordinal);
        if (home)
        {
            names.Add(KeySpec.Home, vm.Id);
        }

        return names;
    }

    /// <summary>The refusal of a key for what the request does not change.</summary>
    public static FaultException NotChosen(VmFiles files, string name, bool encrypt)
    {
        var disk = files.Disks.FirstOrDefault(d => d.Label == name);
        return disk is { Encrypted: true } && encrypt ? EncryptionRules.AlreadyEncrypted(disk)
            : disk is { Encrypted: false } && !encrypt ? EncryptionRules.NotEncrypted(disk)
            : new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.keys", files.Name,
                $"A key is named for {name} of {files.Name}, which the request does not change.",
                "Choose it too, or leave its key out."));
    }
}
