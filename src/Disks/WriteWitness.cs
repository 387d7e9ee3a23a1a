using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>
/// Knows whether writes of another process to a disk were lost, also when that process was told and died before it could say so:
/// the kernel tells every open file description of an error in writing back. Open it before the process writes, and ask when the
/// process is gone.
/// </summary>
public sealed class WriteWitness : IDisposable
{
    private readonly SafeFileHandle _description;
    private readonly string? _path;

    private WriteWitness(SafeFileHandle description, string? path) => (_description, _path) = (description, path);

    /// <summary>A witness of what is written to an open file from now on.</summary>
    /// <param name="file">The file; stays the caller's.</param>
    /// <param name="path">For messages only.</param>
    /// <exception cref="DiskException">Io: the file cannot be opened once more.</exception>
    public static WriteWitness Of(SafeFileHandle file, string? path)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new WriteWitness(LinuxFile.OpenAgain(file, path), path);
    }

    /// <summary>
    /// Makes durable what is written and returns null, or says what was lost since this witness was opened. Tells of a loss once.
    /// </summary>
    public DiskException? Ask()
    {
        try
        {
            LinuxFile.DataSync(_description, _path);
            return null;
        }
        catch (DiskException e)
        {
            return e;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _description.Dispose();
}
