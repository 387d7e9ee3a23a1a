namespace Lorica.Disks.Tests.Locks;

public sealed class ReadOnlyStorageTests
{
    [Fact]
    public async Task A_disk_on_storage_that_is_mounted_read_only_is_named_and_not_its_lock_file()
    {
        using var folder = new TestFolder();
        string mount = folder.Path("mount");
        Directory.CreateDirectory(mount);
        Tool.Output("mount", "-t", "tmpfs", "-o", "size=8m", "lorica-test", mount);
        try
        {
            using (var disks = DiskFolder.Open(mount))
            using (var keks = new TestKeks())
            {
                await Vmdk.CreateAsync(disks, "web", TestData.MiB, Provisioning.Thin, null, default);
                Tool.Output("mount", "-o", "remount,ro", mount);
                var refusal = Assert.Throws<DiskException>(() => Vmdk.Open(disks, "web", null, keks).Dispose());
                Assert.Equal(DiskErrorKind.ReadOnly, refusal.Kind);
                Assert.StartsWith($"The disk {mount}/web.vmdk lies on storage that is mounted read-only", refusal.Message,
                    StringComparison.Ordinal);
                Assert.NotEmpty(refusal.WayOut!);

                // Listing takes no lock.
                Assert.Equal(TestData.MiB, Vmdk.ReadModel(disks, "web").Capacity);
            }
        }
        finally
        {
            Tool.Output("umount", mount);
        }
    }
}
