using Lorica.ControlPlane.Hosts;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>A VM that is shown.</summary>
/// <param name="Row">Row.</param>
/// <param name="Live">What the host says now; null when it does not answer.</param>
internal sealed record VmView(VmRow Row, VmFiles? Live)
{
    /// <summary>The files as the host read them now; null when it could not.</summary>
    public VmFiles? Read { get; } = Live is { Unread: false } ? Live : null;

    /// <summary>The files as they were read last.</summary>
    public VmFiles Files { get; } = Live is { Unread: false } ? Live : KeptDescriptions.FilesOf(Row.Snapshot);
}
