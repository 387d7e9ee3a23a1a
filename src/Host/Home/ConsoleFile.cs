using System.Security.Cryptography;
using Lorica.Crypto;

namespace Lorica.Host.Home;

/// <summary>
/// The console of the last run, <c>FILE.console</c>: of an encrypted VM a sealed stream under HKDF(dataFileKey, "console", stream
/// id), of a plain VM the bytes as they are. Replaced whole.
/// </summary>
internal static class ConsoleFile
{
    private const string Kind = "console";
    private const int MaximumBytes = 4 * 1024 * 1024;

    /// <summary>Endings of its names; <see cref="VmFiles"/> has them all.</summary>
    public const string Ending = ".console", SealedEnding = Ending + ".sealed", RefusedEnding = Ending + ".refused";

    public static string NameOf(VmHome home) => home.Registration.File + Ending;

    /// <summary>Keeps a console: sealed under the key, or plain without one.</summary>
    public static Task SaveAsync(VmHome home, KeyBuffer? dataFileKey, ReadOnlyMemory<byte> console, CancellationToken ct) =>
        SaveAsync(home, NameOf(home), dataFileKey, console, ct);

    private static async Task SaveAsync(
        VmHome home, string name, KeyBuffer? dataFileKey, ReadOnlyMemory<byte> console, CancellationToken ct)
    {
        using var file = home.Folder.CreateAside(name);
        if (dataFileKey is null)
        {
            await file.Stream.WriteAsync(console, ct);
        }
        else
        {
            var header = new SealedStreamHeader
            {
                Kind = SealedStreamKind.ConsoleLog, OwnerId = home.Registration.Id, StreamId = Guid.NewGuid(),
            };
            using var key = KeyDerivation.HomeKey(dataFileKey, Kind, header.StreamId);
            using var writer = new SealedStreamWriter(file.Stream, header, key, []);
            await writer.WriteAsync(console, ct);
            await writer.CompleteAsync(ct);
        }

        file.Commit();
    }

    /// <summary>The console that was kept; empty when there is none, or none that belongs to a home of this kind.</summary>
    public static async Task<byte[]> LoadAsync(VmHome home, KeyBuffer? dataFileKey, CancellationToken ct)
    {
        await using var file = home.Folder.OpenRead(NameOf(home));
        if (file is null || file.Length > MaximumBytes || await IsSealedAsync(file, ct) != dataFileKey is not null)
            return [];
        using var console = new MemoryStream();
        if (dataFileKey is null)
        {
            await file.CopyToAsync(console, ct);
        }
        else
        {
            using var reader = await SealedStreamReader.OpenAsync(file, (header, _) => header.OwnerId == home.Registration.Id
                ? KeyDerivation.HomeKey(dataFileKey, Kind, header.StreamId)
                : throw new CryptoException(CryptoErrorKind.ForeignBundle,
                    $"The console belongs to the VM {header.OwnerId}, not to {home.Registration.Id}."), ct);
            await reader.CopyToAsync(console, ct);
        }

        return console.ToArray();
    }

    /// <summary>
    /// Gives a console that does not verify another name, <c>FILE.console.refused</c>, in place of an earlier one.
    /// </summary>
    /// <returns>The name.</returns>
    public static string SetAside(VmHome home)
    {
        var (name, aside) = (NameOf(home), home.Registration.File + RefusedEnding);
        if (home.Folder.Has(aside))
            home.Folder.Delete(aside);
        home.Folder.TryRename(name, aside);
        home.Folder.Sync();
        return aside;
    }

    /// <summary>
    /// After a plain home was encrypted: seals the console that it had. Steps, each durable before the next: 1 what a broken-off
    /// save left aside overwritten and removed · 2 sealed copy <c>FILE.console.sealed</c> · 3 plain bytes overwritten and removed
    /// · 4 the copy renamed. After a crash it is done again: once there is a copy, the plain bytes are not read any more.
    /// </summary>
    public static async Task SealAsync(VmHome home, KeyBuffer dataFileKey, CancellationToken ct)
    {
        var (name, copy) = (NameOf(home), home.Registration.File + SealedEnding);
        Erase(home, $".{name}.new");
        if (!home.Folder.Has(copy))
        {
            if (await IsSealedUnderAsync(home, dataFileKey, ct))
                return;
            byte[] plain = await ReadPlainAsync(home, ct);
            if (plain.Length > 0)
                await SaveAsync(home, copy, dataFileKey, plain, ct);
            CryptographicOperations.ZeroMemory(plain);
        }

        Erase(home, name);
        if (home.Folder.Has(copy) && !home.Folder.TryRename(copy, name))
            throw new IOException($"{name} appeared meanwhile.");
    }

    /// <summary>
    /// After a home got a new dataFileKey: seals the console under it. After a crash it is done again: a console that opens under
    /// the new key is done.
    /// </summary>
    public static async Task ResealAsync(VmHome home, KeyBuffer? from, KeyBuffer to, CancellationToken ct)
    {
        if (from is null || await IsSealedUnderAsync(home, to, ct))
            return;
        byte[] console = await LoadAsync(home, from, ct);
        if (console.Length > 0)
            await SaveAsync(home, to, console, ct);
        CryptographicOperations.ZeroMemory(console);
    }

    private static void Erase(VmHome home, string name)
    {
        if (!home.Folder.Has(name))
            return;
        home.Folder.Overwrite(name);
        home.Folder.Delete(name);
        home.Folder.Sync();
    }

    private static async Task<byte[]> ReadPlainAsync(VmHome home, CancellationToken ct)
    {
        await using var file = home.Folder.OpenRead(NameOf(home));
        if (file is null || file.Length > MaximumBytes)
            return [];
        byte[] plain = new byte[file.Length];
        await file.ReadExactlyAsync(plain, ct);
        return plain;
    }

    // What opens under this home's new key can only have been sealed by this job.
    private static async Task<bool> IsSealedUnderAsync(VmHome home, KeyBuffer dataFileKey, CancellationToken ct)
    {
        await using (var file = home.Folder.OpenRead(NameOf(home)))
        {
            if (file is null || file.Length > MaximumBytes || !await IsSealedAsync(file, ct))
                return false;
        }

        try
        {
            await LoadAsync(home, dataFileKey, ct);
            return true;
        }
        catch (CryptoException)
        {
            return false;
        }
    }

    private static async Task<bool> IsSealedAsync(FileStream file, CancellationToken ct)
    {
        byte[] magic = new byte[SealedStreamMagic.Length];
        int read = await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, ct);
        file.Position = 0;
        return read == magic.Length && magic.AsSpan().SequenceEqual(SealedStreamMagic);
    }

    // A console that starts with these bytes by chance would only be taken for a sealed one, and refused.
    private static ReadOnlySpan<byte> SealedStreamMagic => "LORICASS"u8;
}
