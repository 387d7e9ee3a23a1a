using System.Security.Cryptography.X509Certificates;

namespace Lorica.Platform.Trust;

/// <summary>A node's own certificate and key, and the CA, as PEM files.</summary>
public sealed record NodeIdentity(X509Certificate2 Certificate, X509Certificate2 Ca)
{
    /// <summary>
    /// Reads the three files. A key file that others may read is refused: whoever read it can be this node.
    /// </summary>
    /// <exception cref="InvalidOperationException">A file is missing, malformed, or open to others; the message names
    /// it.</exception>
    public static NodeIdentity Load(string certificatePath, string keyPath, string caPath)
    {
        try
        {
            const UnixFileMode Others =
                UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if ((File.GetUnixFileMode(keyPath) & Others) != UnixFileMode.None)
                throw new InvalidOperationException($"The key file {keyPath} is open to others. Set its mode to 0600.");
            return new NodeIdentity(
                X509Certificate2.CreateFromPemFile(certificatePath, keyPath),
                X509CertificateLoader.LoadCertificateFromFile(caPath));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or System.Security.Cryptography.CryptographicException)
        {
            throw new InvalidOperationException(
                $"The identity in {certificatePath}, {keyPath} and {caPath} cannot be read: {e.Message}", e);
        }
    }
}
