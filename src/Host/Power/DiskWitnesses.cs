using Lorica.Disks;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// Witnesses of what a vmx writes to the disks of its VM. When it has died, they tell whether the kernel lost a write that was
/// acknowledged, also when it told nobody but the vmx.
/// </summary>
internal sealed class DiskWitnesses : IDisposable
{
    private readonly List<(string Label, WriteWitness Witness)> _disks = [];

    private DiskWitnesses()
    {
    }

    public static DiskWitnesses Of(IEnumerable<(string Label, SafeFileHandle Extent)> disks, bool ownsHandles = false)
    {
        var witnesses = new DiskWitnesses();
        try
        {
            foreach (var (label, extent) in disks)
            {
                using var owned = ownsHandles ? extent : null;
                witnesses._disks.Add((label, WriteWitness.Of(extent, label)));
            }

            return witnesses;
        }
        catch
        {
            witnesses.Dispose();
            throw;
        }
    }

    /// <summary>What was lost, or null. Waits until all that was written is durable.</summary>
    public string? Ask()
    {
        string? lost = null;
        foreach (var (label, witness) in _disks)
        {
            if (witness.Ask() is { } failure)
                lost = $"disk {label}: {failure.Message}";
        }

        return lost;
    }

    public void Dispose() => _disks.ForEach(d => d.Witness.Dispose());
}
