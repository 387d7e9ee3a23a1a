using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Locks;

/// <summary>Reads and writes the record in an open lock file.</summary>
public static class WriterLockFile
{
    // A read beside a write on another machine may see half of each.
    private const int Reads = 3;

    /// <summary>The record, or null when there is none that can be read, and reading again did not help.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WriterRecord? Read(SafeFileHandle file)
    {
        Span<byte> bytes = stackalloc byte[WriterRecord.Bytes + 1];
        WriterRecord? found = null;
        for (int n = 0; n < Reads && found is null; n++)
        {
            int read = RandomAccess.Read(file, bytes, 0);
            if (read == 0)
                break;
            found = WriterRecord.Parse(bytes[..read]);
        }

        return found;
    }

    /// <summary>Writes the record, durably, so that a host elsewhere reads it.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(SafeFileHandle file, WriterRecord record)
    {
        RandomAccess.Write(file, record.Encode(), 0);
        try
        {
            LinuxFile.Sync(file, "the lock file");
        }
        catch (DiskException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
