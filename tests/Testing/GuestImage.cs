using System.Security.Cryptography;

namespace Lorica.Testing;

/// <summary>The bootable guest of scripts/make-guest: made once, for all test programs, until the script changes.</summary>
public static class GuestImage
{
    private static readonly Task<string> Made = Task.Run(MakeAsync);

    /// <summary>The image, which no test changes; a machine that cannot make it skips the test.</summary>
    public static Task<string> PathAsync() => Made;

    /// <summary>A copy in the test's folder.</summary>
    public static async Task<string> CopyToAsync(string folder)
    {
        string copy = Path.Combine(folder, "guest.img");
        File.Copy(await PathAsync(), copy);
        return copy;
    }

    // Another test program may make it at the same time: whose is ready last replaces the same content.
    private static async Task<string> MakeAsync()
    {
        string script = Path.Combine(SourceTree.Root, "scripts", "make-guest");
        string image = Path.Combine(SourceTree.Root, "artifacts", $"test-guest-{await PrintAsync(script)}.img");
        if (File.Exists(image))
            return image;
        string made = $"{image}.{Environment.ProcessId}";
        var making = await Tool.RunAsync(script, [made]);
        if (making.ExitCode != 0)
            Assert.Skip($"scripts/make-guest does not work here; scripts/setup brings what it needs: {making.Error}");
        File.Move(made, image, overwrite: true);
        return image;
    }

    /// <summary>Of the script and what it reads.</summary>
    private static async Task<string> PrintAsync(string script)
    {
        string folder = Path.GetDirectoryName(script)!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, "guest")).Order(StringComparer.Ordinal)
            .Append(Path.Combine(folder, "lib", "guest-kernel")).Append(script))
        {
            hash.AppendData(await File.ReadAllBytesAsync(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
