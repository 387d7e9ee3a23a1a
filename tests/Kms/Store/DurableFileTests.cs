using Lorica.Disks.Tests.Native;
using Lorica.Kms.Native;

namespace Lorica.Kms.Tests.Store;

/// <summary>What the server says is durable, on storage that fails. Needs root and /dev/fuse.</summary>
public sealed class DurableFileTests
{
    [Theory]
    [InlineData(FailingStorage.NoSpace)]
    [InlineData(FailingStorage.IoError)]
    public void A_file_that_the_storage_does_not_take_is_an_error_and_not_durable(int error)
    {
        using var storage = new FailingStorage(64 * 1024);
        using var file = new FileStream(storage.Path, FileMode.Open, FileAccess.Write);
        file.Write(new byte[512]);
        FolderSync.Flush(file);
        storage.WritesFailWith = error;
        file.Write("a key"u8);
        Assert.Throws<IOException>(() => FolderSync.Flush(file));
    }
}
