using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Platform.Files;

namespace Lorica.Kms.Trust;

/// <summary>
/// Client certificates that are let in by themselves, whoever issued them (vCenter's are self-signed): one PEM file each, named
/// by the SHA-256 of the certificate. A pin is for the key: whoever proves it in the handshake may renew the certificate around
/// it. The folder is looked at in every handshake, so a change needs no restart.
/// </summary>
internal sealed class PinnedClients(string folder)
{
    private const string Ending = ".pem";

    /// <summary>True when exactly this certificate is pinned.</summary>
    public bool Contains(X509Certificate2 certificate)
    {
        string path = PathOf(Fingerprint(certificate));
        if (!File.Exists(path))
        {
            return false;
        }

        using var pinned = X509CertificateLoader.LoadCertificateFromFile(path);
        return pinned.RawData.AsSpan().SequenceEqual(certificate.RawData);
    }

    /// <summary>The subject of a pinned certificate over the key (SHA-256 of its SubjectPublicKeyInfo); null when none
    /// is.</summary>
    public string? SubjectOfKey(string keySha256)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        foreach (string path in Directory.EnumerateFiles(folder, "*" + Ending))
        {
            try
            {
                using var pinned = X509CertificateLoader.LoadCertificateFromFile(path);
                if (PathOf(Fingerprint(pinned)) == path && Clients.ClientList.KeyOf(pinned) == keySha256)
                {
                    return pinned.Subject;
                }
            }
            catch (Exception e) when (e is CryptographicException or IOException)
            {
                // No certificate, or removed just now: it pins nothing.
            }
        }

        return null;
    }

    /// <summary>Pins the first certificate of a PEM or DER file and returns it.</summary>
    public X509Certificate2 Add(string file)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new KmsException(KmsErrorKind.Configuration, $"{file} is no certificate: {e.Message}", inner: e);
        }

        if (KeyStrength.WeaknessOf(certificate) is { } weakness)
        {
            certificate.Dispose();
            throw new KmsException(KmsErrorKind.Configuration, $"{file} has {weakness}", "have its client make a stronger key");
        }

        DurableFile.Replace(PathOf(Fingerprint(certificate)),
            System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
        return certificate;
    }

    /// <summary>All pinned certificates.</summary>
    public IReadOnlyList<X509Certificate2> List() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal)
            .Select(X509CertificateLoader.LoadCertificateFromFile)]
        : [];

    /// <summary>Removes the one pin whose fingerprint begins with the given digits; its connections end by themselves.</summary>
    public string Remove(string fingerprint)
    {
        string digits = fingerprint.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        var found = List().Select(Fingerprint).Where(f => f.StartsWith(digits, StringComparison.Ordinal)).ToList();
        if (digits.Length < 8 || found.Count != 1)
        {
            throw new KmsException(
                KmsErrorKind.Usage, $"{found.Count} pinned certificates begin with '{fingerprint}'",
                "give at least 8 digits: lorica-kms trust ls");
        }

        DurableFile.Delete(PathOf(found[0]));
        return found[0];
    }

    /// <summary>SHA-256 over the certificate, lower-case hex.</summary>
    public static string Fingerprint(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    private string PathOf(string fingerprint) => Path.Combine(folder, fingerprint + Ending);
}
