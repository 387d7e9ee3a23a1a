using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Power;

/// <summary>
/// Pauses a guest's processors and lets them go; both idempotent. It changes no file and no power state, so it takes no turn and
/// no epoch: a power-off that comes at the same time wins.
/// </summary>
internal sealed class PauseService(VmTable table, RunFolders folders)
{
    public async Task PauseAsync(PauseVmRequest request, CancellationToken ct)
    {
        var (registration, entry) = table.Find(request.VmId);
        if (entry.Running is null)
            throw Refuse.PowerState(registration.DisplayPath, $"{registration.DisplayPath} is powered off.", "");
        var asked = new VmxRequest { Pause = new VmxPauseRequest { Paused = request.Paused } };
        try
        {
            await VmxControl.CallOnceAsync(folders.ControlSocket(registration.Id), asked, ct);
        }
        catch (IOException e)
        {
            throw Refuse.VmxAway(registration.DisplayPath, e);
        }
    }
}
