using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Serving;

/// <summary>
/// The file <c>flush-failed</c> in the run folder: a disk failed to make acknowledged writes durable. It is there before the
/// guest is told, so that a host finds it when this process has died, and serves the disks to this guest no more. It need not
/// outlive the kernel, with which the guest ends; so it is not synced.
/// </summary>
internal sealed class FailureNote(VmxConfig config)
{
    public void Write()
    {
        try
        {
            File.WriteAllBytes(Path.Combine(config.RunFolder, VmxFiles.FlushFailed), []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The host still learns of it by the next status.
            Log.Write(config.VmId, $"the note of the failed disk cannot be written: {e.Message}");
        }
    }
}
