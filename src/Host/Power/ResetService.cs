using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Power;

/// <summary>
/// Presses a guest's reset button. It changes no file and no power state, so it takes no turn and no epoch: a power-off that
/// comes at the same time wins.
/// </summary>
internal sealed class ResetService(VmTable table, RunFolders folders)
{
    public async Task ResetAsync(ResetVmRequest request, CancellationToken ct)
    {
        var (registration, entry) = table.Find(request.VmId);
        if (entry.Running is null)
            throw Refuse.PowerState(registration.DisplayPath, $"{registration.DisplayPath} is powered off.", "");
        try
        {
            await VmxControl.CallOnceAsync(
                folders.ControlSocket(registration.Id), new VmxRequest { Reset = new VmxResetRequest() }, ct);
        }
        catch (FaultException e) when (e.Fault.Key == "lorica.unknownRequest")
        {
            throw new FaultException(
                new Fault(FaultTypes.NotSupported, "lorica.vmxTooOld", registration.DisplayPath,
                    $"The vmx that serves {registration.DisplayPath} is of an earlier version, which cannot reset a guest.",
                    "Restart the guest from inside; after its next power-on it can be reset."), e);
        }
        catch (IOException e)
        {
            throw Refuse.VmxAway(registration.DisplayPath, e);
        }
    }
}
