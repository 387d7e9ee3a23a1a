namespace Lorica.Crypto.Native;

/// <summary>
/// XTS by libcrypto, for processors without AES instructions. The key schedule lives in OpenSSL's context, outside key memory, so
/// a context lives for one call only: freeing it cleanses the schedule. Slower, and the keys are exposed while a call runs.
/// </summary>
internal static unsafe class LibCryptoXts
{
    private const int SectorBytes = 512;

    // SAFETY (both): key is 64 bytes of key memory; from and to are as long as said, the same or disjoint.
    public static void Sectors(byte* key, byte* from, byte* to, int count, ulong first, bool encrypt)
    {
        ulong* number = stackalloc ulong[2];
        number[1] = 0;
        nint context = Open(key, (byte*)number, encrypt);
        try
        {
            for (int i = 0; i < count; i++, from += SectorBytes, to += SectorBytes)
            {
                number[0] = first + (ulong)i;
                Require(LibCrypto.Init(context, 0, 0, null, (byte*)number, -1));
                Update(context, from, to, SectorBytes);
            }
        }
        finally
        {
            Close(context);
        }
    }

    public static void Unit(byte* key, byte* from, byte* to, int length, byte* tweak, bool encrypt)
    {
        nint context = Open(key, tweak, encrypt);
        try
        {
            Update(context, from, to, length);
        }
        finally
        {
            Close(context);
        }
    }

    private static nint Open(byte* key, byte* tweak, bool encrypt)
    {
        nint context = LibCrypto.NewContext();
        if (context == 0 || LibCrypto.Init(context, LibCrypto.Aes256Xts(), 0, key, tweak, encrypt ? 1 : 0) != 1)
        {
            Close(context);
            throw Failed();
        }

        return context;
    }

    private static void Update(nint context, byte* from, byte* to, int length)
    {
        int written;
        Require(LibCrypto.Update(context, to, &written, from, length));
        if (written != length)
        {
            throw Failed();
        }
    }

    private static void Close(nint context)
    {
        LibCrypto.FreeContext(context);
        StackScrubber.Scrub();
    }

    private static void Require(int result)
    {
        if (result != 1)
        {
            throw Failed();
        }
    }

    private static CryptoException Failed() => new(CryptoErrorKind.Unsupported, "libcrypto refused XTS-AES-256.");
}
