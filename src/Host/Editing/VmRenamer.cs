using Lorica.Contracts.Host;
using Lorica.Host.Creation;
using Lorica.Host.Home;

namespace Lorica.Host.Editing;

/// <summary>Display names. Files keep their names: they are what others have written down.</summary>
internal sealed class VmRenamer(VmEditor editor)
{
    /// <summary>Rewrites the VMX, sealed again if it was; the same name again changes nothing. Any power state.</summary>
    public Task RenameAsync(RenameVmRequest request, CancellationToken ct)
    {
        string name = VmName.Check(request.Name);
        return editor.EditAsync(request.VmId, request.Epoch, request.Records, whileRunning: true, edit =>
        {
            if (edit.Model.Name != name)
                edit.Rewrite(edit.Model.File.With(VmxKeys.DisplayName, name));
            return Task.CompletedTask;
        }, ct);
    }
}
