using System.Runtime.InteropServices;

namespace Lorica.Crypto.Native;

/// <summary>OpenSSL 3's libcrypto, as far as the XTS fallback needs it. The library is loaded at the first call only.</summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    // SAFETY: signatures of openssl/evp.h; pointers are only used during the call.
    [LibraryImport(Library, EntryPoint = "EVP_aes_256_xts")]
    public static partial nint Aes256Xts();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    public static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    public static partial int Init(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    public static partial int Update(nint context, byte* output, int* written, byte* input, int length);
}
