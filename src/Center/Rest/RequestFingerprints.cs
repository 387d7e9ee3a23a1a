using System.Security.Cryptography;
using Lorica.Platform.Files;

namespace Lorica.Center.Rest;

/// <summary>
/// Makes the fingerprints by which a repeated request is recognised. A body may hold a password, and a plain hash in the database
/// would be a way to guess it: the fingerprint is an HMAC under a key that is in no database and no copy of it.
/// <para>
/// The key is <c>idempotency.key</c> in the state folder, 32 random bytes, mode 0600, made once and
/// written by <see cref="DurableFile"/>: a crash before its rename leaves no key and a file aside that the next start overwrites;
/// after it the key is whole. When the key is lost a new one is made, and a repetition of what was asked
/// before is refused instead of done twice.
/// </para>
/// </summary>
internal sealed class RequestFingerprints
{
    /// <summary>Name of the file.</summary>
    public const string File = "idempotency.key";

    private const int Size = 32;

    private readonly byte[] _key;

    private RequestFingerprints(byte[] key) => _key = key;

    /// <summary>Reads the key of <paramref name="stateFolder"/>, whose lock is held; makes it where there is none.</summary>
    /// <exception cref="IOException">The file is not a key.</exception>
    public static RequestFingerprints Load(string stateFolder)
    {
        string path = Path.Combine(stateFolder, File);
        if (!System.IO.File.Exists(path))
        {
            DurableFile.Replace(path, RandomNumberGenerator.GetBytes(Size));
        }

        using var file = System.IO.File.OpenHandle(path);
        byte[] key = new byte[Size];
        return RandomAccess.GetLength(file) == Size && RandomAccess.Read(file, key, 0) == Size
            ? new RequestFingerprints(key)
            : throw new IOException($"{path} is not a key of {Size} bytes. Remove it; the center makes a new one.");
    }

    /// <summary>A fingerprint to be fed; the caller disposes it.</summary>
    public IncrementalHash Begin() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
}
