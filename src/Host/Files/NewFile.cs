using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Files;

/// <summary>A file being written aside; see <see cref="Folder.CreateAside"/>.</summary>
internal sealed class NewFile(SafeFileHandle handle, Action commit) : IDisposable
{
    /// <summary>A stream over it; closing the stream closes the file, so commit first.</summary>
    public FileStream Stream { get; } = new(handle, FileAccess.ReadWrite);

    /// <summary>Makes the content durable and gives the file its name.</summary>
    public void Commit()
    {
        Stream.Flush();
        commit();
    }

    public void Dispose() => Stream.Dispose();
}
