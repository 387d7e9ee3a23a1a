using System.Runtime.InteropServices;

namespace Lorica.Crypto.Bench;

/// <summary>
/// libcrypto at its best: the key is expanded once (in OpenSSL's own memory, which Lorica does not do), per data unit only the
/// tweak is set, and calls skip the runtime's transition.
/// </summary>
internal sealed unsafe partial class LibCryptoContender : IDisposable
{
    private const string Library = "libcrypto.so.3";
    private readonly nint _context = NewContext();

    public LibCryptoContender(ReadOnlySpan<byte> key, bool encrypt)
    {
        fixed (byte* k = key)
        {
            byte* tweak = stackalloc byte[16];
            Require(Init(_context, Aes256Xts(), 0, k, tweak, encrypt ? 1 : 0));
        }
    }

    /// <summary>Transforms data in units of the given size, in place.</summary>
    public void Run(Span<byte> data, int unit, ulong first)
    {
        ulong* number = stackalloc ulong[2];
        number[1] = 0;
        int written;
        fixed (byte* p = data)
        {
            for (int at = 0; at < data.Length; at += unit)
            {
                number[0] = first++;
                Require(Init(_context, 0, 0, null, (byte*)number, -1));
                Require(Update(_context, p + at, &written, p + at, unit));
            }
        }
    }

    public void Dispose() => FreeContext(_context);

    private static void Require(int result)
    {
        if (result != 1)
        {
            throw new InvalidOperationException("libcrypto refused.");
        }
    }

    // SAFETY: signatures of openssl/evp.h; short calls that neither block nor call back.
    [LibraryImport(Library, EntryPoint = "EVP_aes_256_xts")]
    private static partial nint Aes256Xts();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    private static partial void FreeContext(nint context);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    private static partial int Init(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    private static partial int Update(nint context, byte* output, int* written, byte* input, int length);
}
