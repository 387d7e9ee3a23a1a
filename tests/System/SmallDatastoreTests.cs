using System.Security.Cryptography;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>A datastore without space.</summary>
public sealed class SmallDatastoreTests
{
    [Fact]
    public async Task An_image_larger_than_the_free_space_is_refused_before_anything_is_written()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.StopAsync();
        byte[] marker = await File.ReadAllBytesAsync(Path.Combine(up.Datastore, ".lorica-datastore"));
        await Tool.OutputAsync("/bin/mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "tmpfs", up.Datastore);

        // The same datastore on a smaller disk.
        await File.WriteAllBytesAsync(Path.Combine(up.Datastore, ".lorica-datastore"), marker);

        await up.StartProcessesAsync();
        await up.SignInAsync();
        string image = Path.Combine(up.Folder, "large.img");
        File.WriteAllBytes(image, RandomNumberGenerator.GetBytes(80 * 1024 * 1024));
        var refused = await up.RefusedAsync("space", "vm", "import", "large", "--disk", image);
        Assert.Contains("hint:", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(up.Datastore), e => e.Contains("large", StringComparison.Ordinal));
        await up.RefusedAsync("large", "vm", "show", "large");
    }
}
