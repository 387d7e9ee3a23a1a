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

    /// <summary>Disks of which there is no witness, with the reason.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Witnesses of disks whose files the vmx that runs already had open; as many as can be had.</summary>
    /// <param name="disks">Labels, and files that belong to this call.</param>
    public static DiskWitnesses OfRunning(IEnumerable<(string Label, SafeFileHandle Extent)> disks)
    {
        var witnesses = new DiskWitnesses();
        foreach (var (label, extent) in disks)
        {
            using (extent)
            {
                try
                {
                    witnesses._disks.Add((label, WriteWitness.Of(extent, label)));
                }
                catch (DiskException e)
                {
                    // Its storage is in trouble. The VM is supervised all the same, and the host starts.
                    witnesses.Missing.Add($"disk {label}: {e.Message}");
                }
            }
        }

        return witnesses;
    }

    /// <summary>Witnesses of all disks, for a vmx that is about to start.</summary>
    public static DiskWitnesses Of(IEnumerable<(string Label, SafeFileHandle Extent)> disks)
    {
        var witnesses = new DiskWitnesses();
        try
        {
            foreach (var (label, extent) in disks)
                witnesses._disks.Add((label, WriteWitness.Of(extent, label)));
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
