using Lorica.Host.Home;
using Lorica.Host.Keys;

namespace Lorica.Host.Editing;

/// <summary>What a short change of a VM stands on; borrowed for its time.</summary>
internal sealed record VmEdit(VmHome Home, OpenedHome Opened, Expectations Expectations, KeyLease Keys)
{
    public VmModel Model => Opened.Model;

    public string About => Home.Registration.DisplayPath;

    /// <summary>
    /// Replaces the VMX: sealed again at the next generation, or plain as it was. The one commit point of a change.
    /// </summary>
    public void Rewrite(VmxFile lines) => Home.RewriteSame(Opened, lines, Keys);
}
