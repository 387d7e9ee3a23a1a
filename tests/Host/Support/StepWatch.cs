namespace Lorica.Host.Tests.Support;

/// <summary>
/// Names the step at which a job is, by the files of its VM: <c>vmx N</c> and <c>disk N</c> when the N-th new VMX or descriptor
/// of the run stands aside and has not replaced the old one, <c>side</c> when the side file has come, <c>windows</c> when the
/// descriptor names the job, <c>side's end</c> when it names it no more; <c>disk gone</c> when the descriptor has been removed.
/// </summary>
internal sealed class StepWatch(string home, string name)
{
    private int _vmx, _disk;
    private bool _vmxAside, _diskAside, _side, _there = true;

    /// <summary>The step that has begun since the last look; null when none has.</summary>
    public string? Look()
    {
        var (hadVmx, hadDisk, hadSide) = (_vmxAside, _diskAside, _side);
        _vmxAside = File.Exists(Path.Combine(home, $".{name}.vmx.new"));
        _diskAside = File.Exists(Path.Combine(home, $".{name}.vmdk.new"));
        _side = File.Exists(Path.Combine(home, $".{name}.transition"));
        if (_vmxAside && !hadVmx)
            return $"vmx {++_vmx}";
        if (_diskAside && !hadDisk)
            return $"disk {++_disk}";
        if (_side && !hadSide)
            return "side";
        if (hadDisk && !_diskAside && _side)
            return _disk == 1 ? "windows" : "side's end";
        if (!File.Exists(Path.Combine(home, $"{name}.vmdk")) && _there)
        {
            _there = false;
            return "disk gone";
        }

        return null;
    }
}
