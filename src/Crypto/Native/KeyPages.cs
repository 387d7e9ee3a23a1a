using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lorica.Crypto.Native;

/// <summary>Maps and unmaps pages for keys: between two guard pages, never swapped, dumped or inherited.</summary>
internal static unsafe class KeyPages
{
    private static readonly int PageSize = Environment.SystemPageSize;

    /// <summary>
    /// Whether this kernel gives secret memory (Debian 12's own does only when booted with <c>secretmem.enable=1</c>).
    /// </summary>
    public static bool SecretMemoryWorks()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        int length = PageSize;
        int fd = Secret(length);
        if (fd < 0)
        {
            return false;
        }

        // SAFETY: a fresh mapping that nobody else knows, unmapped with the length it was mapped with.
        void* page = Libc.Map(null, (nuint)length, Libc.ProtRead | Libc.ProtWrite, Libc.MapShared, fd, 0);
        _ = Libc.Close(fd);
        if (page == Libc.MapFailed)
        {
            return false;
        }

        _ = Libc.Unmap(page, (nuint)length);
        return true;
    }

    /// <summary>
    /// Zeroed pages for at least <paramref name="length"/> bytes, or <see cref="CryptoErrorKind.KeyMemoryExhausted"/>.
    /// </summary>
    public static byte* Map(int length, KeyMemoryKind kind)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CryptoException(CryptoErrorKind.Unsupported, "Key memory needs Linux.");
        }

        nuint usable = RoundUp(length);
        nuint total = usable + (2 * (nuint)PageSize);

        // SAFETY: reserves address space of our own; what follows maps only inside [reserved + page, reserved + page + usable).
        void* reserved = Libc.Map(null, total, Libc.ProtNone, Libc.MapPrivate | Libc.MapAnonymous | Libc.MapNoReserve, -1, 0);
        if (reserved == Libc.MapFailed)
        {
            throw Exhausted("mmap", length);
        }

        byte* pages = (byte*)reserved + PageSize;
        string? failed = kind == KeyMemoryKind.SecretMemory ? MapSecret(pages, usable) : MapLocked(pages, usable);
        if (failed is not null)
        {
            var refusal = Exhausted(failed, length);
            _ = Libc.Unmap(reserved, total);
            throw refusal;
        }

        return pages;
    }

    /// <summary>Gives back what <see cref="Map"/> returned for the same length.</summary>
    public static void Unmap(byte* pages, int length)
        => _ = Libc.Unmap(pages - PageSize, RoundUp(length) + (2 * (nuint)PageSize));

    /// <summary>Zeroes; the compiler may not drop it.</summary>
    public static void Zero(byte* pointer, int length) => CryptographicOperations.ZeroMemory(new Span<byte>(pointer, length));

    private static string? MapSecret(byte* pages, nuint length)
    {
        int fd = Secret((long)length);
        if (fd < 0)
        {
            return "memfd_secret";
        }

        void* mapped = Libc.Map(pages, length, Libc.ProtRead | Libc.ProtWrite, Libc.MapShared | Libc.MapFixed, fd, 0);
        int error = Marshal.GetLastPInvokeError();
        _ = Libc.Close(fd);
        Marshal.SetLastPInvokeError(error);

        // The mapping is locked and left out of dumps by its nature; a forked child would share it.
        return mapped != pages ? "mmap of secret memory"
            : Libc.Advise(pages, length, Libc.AdviseDontFork) != 0 ? "madvise(MADV_DONTFORK)"
            : null;
    }

    private static string? MapLocked(byte* pages, nuint length)
    {
        const int flags = Libc.MapPrivate | Libc.MapAnonymous | Libc.MapFixed;
        return Libc.Map(pages, length, Libc.ProtRead | Libc.ProtWrite, flags, -1, 0) != pages ? "mmap"
            : Libc.Advise(pages, length, Libc.AdviseDontDump) != 0 ? "madvise(MADV_DONTDUMP)"
            : Libc.Advise(pages, length, Libc.AdviseDontFork) != 0 ? "madvise(MADV_DONTFORK)"
            : Libc.Lock(pages, length) != 0 ? "mlock"
            : null;
    }

    private static int Secret(long length)
    {
        int fd = (int)Libc.MemfdSecret(Libc.SysMemfdSecret, Libc.CloseOnExec);
        if (fd >= 0 && Libc.Truncate(fd, length) != 0)
        {
            _ = Libc.Close(fd);
            return -1;
        }

        return fd;
    }

    private static CryptoException Exhausted(string call, int length)
        => new(
            CryptoErrorKind.KeyMemoryExhausted,
            $"No key memory for {length} more bytes: {call} failed with error {Marshal.GetLastPInvokeError()} "
            + $"({Marshal.GetLastPInvokeErrorMessage()}). Raise RLIMIT_MEMLOCK (systemd: LimitMEMLOCK=).");

    private static nuint RoundUp(int length) => (nuint)((length + PageSize - 1) / PageSize * PageSize);
}
