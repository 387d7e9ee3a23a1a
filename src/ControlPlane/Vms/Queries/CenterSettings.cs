using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>
/// What only a person can tell: which VM runs this center, and in which VM a provider's KMS runs. Neither can be found out from
/// addresses: a guest's are the guest's own business, and may be those of a load balancer or a tunnel.
/// </summary>
public sealed class CenterSettings(
    CenterStore store, VmLookup lookup, OperationRunner runner, EventLog events, IAuthorizer authorizer)
{
    /// <summary>All settings: name and value as people know it (the VM's name).</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListAsync(Caller caller, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.View, ObjectRef.Root, ct);
        return await store.ReadAsync(
            async db => (await db.Settings.ListAsync(ct)).ToDictionary(s => s.Name, s => s.Vm ?? s.Value), ct);
    }

    /// <summary>One setting; NotFound when it is not set.</summary>
    public async Task<SettingModel> GetAsync(Caller caller, string name, CancellationToken ct) =>
        (await ListAsync(caller, ct)).TryGetValue(name, out string? value) ? new SettingModel(name, value)
            : throw new FaultException(new Fault(
                FaultTypes.NotFound, "lorica.settingNotSet", name, $"{name} is not set.",
                $"There is {CenterSettingRow.RunsIn}."));

    /// <summary>Sets a setting; null removes it.</summary>
    public async Task SetAsync(Caller caller, string name, string? value, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.Settings, ObjectRef.Root, ct);
        if (name != CenterSettingRow.RunsIn)
        {
            throw new FaultException(new Fault(
                FaultTypes.NotFound, "lorica.settingNotFound", name, $"There is no setting {name}.",
                $"There is {CenterSettingRow.RunsIn}."));
        }

        var vm = value is null ? null : await lookup.FindAsync(value, ct);
        await runner.RunAsync(
            TaskKinds.SettingChange, ObjectRef.Root, caller,
            _ => store.WriteAsync(
                async db =>
                {
                    await db.Settings.SetAsync(name, vm?.Id, ct);
                    events.Add(db, EventIds.SettingChanged, caller, ObjectRef.Root,
                        $"{caller.User} set {name} to {vm?.Name ?? "nothing"}.");
                },
                CancellationToken.None),
            ct);
    }

    /// <summary>The VM in which the KMS of <paramref name="provider"/> runs, by name; null when none was named.</summary>
    public async Task<string?> GuestOfAsync(Caller caller, string provider, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        return await store.ReadAsync(
            async db =>
            {
                string? id = await db.Settings.GuestAsync(provider, ct);
                return id is null ? null : await db.Vms.NameAsync(id, ct) ?? id;
            },
            ct);
    }

    /// <summary>Notes in which VM the KMS of a provider runs; null for none.</summary>
    public async Task SetGuestAsync(Caller caller, string provider, string? value, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        var vm = value is null ? null : await lookup.FindAsync(value, ct);
        await runner.RunAsync(
            TaskKinds.SettingChange, ObjectRef.Provider(provider), caller,
            _ => store.WriteAsync(
                async db =>
                {
                    if (!await db.Providers.ExistsAsync(provider, ct))
                    {
                        throw Providers.ProviderService.Unknown(provider);
                    }

                    await db.Settings.SetGuestAsync(provider, vm?.Id, ct);
                    events.Add(db, EventIds.SettingChanged, caller, ObjectRef.Provider(provider),
                        $"{caller.User} noted that the KMS of {provider} runs in {vm?.Name ?? "no VM of this center"}.");
                },
                CancellationToken.None),
            ct);
    }
}
