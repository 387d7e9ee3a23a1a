using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kms.Audit;
using Lorica.Kms.Store;
using Lorica.Kms.Trust;

namespace Lorica.Kms.Clients;

/// <summary>All clients of a state folder, from its pins, its objects and its audit; reads files only, also while the server
/// runs.</summary>
internal static class ClientList
{
    private const int Digits = 64;
    private const int LeastDigits = 8;

    /// <summary>SHA-256 of a certificate's public key, lower-case hex: the owner of what its client makes.</summary>
    public static string KeyOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>The clients, most objects first.</summary>
    public static IReadOnlyList<Client> Read(StateFolder folder, ObjectStore? store)
    {
        var clients = new Dictionary<string, Client>(StringComparer.Ordinal);
        foreach (var certificate in new PinnedClients(folder.Trust).List())
        {
            using (certificate)
            {
                var pinned = new Client(KeyOf(certificate), certificate.Subject, new DateTimeOffset(certificate.NotBefore),
                    new DateTimeOffset(certificate.NotAfter), 0, null);
                if (!clients.TryGetValue(pinned.KeySha256, out var known) || known.NotAfter < pinned.NotAfter)
                {
                    clients[pinned.KeySha256] = pinned;
                }
            }
        }

        foreach (var group in (store?.All ?? []).GroupBy(o => o.Owner, StringComparer.Ordinal))
        {
            var known = clients.GetValueOrDefault(group.Key) ?? new Client(group.Key, "", null, null, 0, null);
            clients[group.Key] = known with { Objects = group.Count(o => !o.IsDestroyed) };
        }

        foreach (var seen in AuditReader.LastSeen(folder.Audit))
        {
            if (clients.TryGetValue(seen.Owner, out var known))
            {
                clients[seen.Owner] = known with
                {
                    LastSeen = seen.Time,
                    Name = known.Name.Length > 0 ? known.Name : seen.Client,
                };
            }
        }

        return [.. clients.Values.OrderByDescending(c => c.Objects).ThenBy(c => c.KeySha256, StringComparer.Ordinal)];
    }

    /// <summary>The one client whose key's fingerprint begins with the given digits, or any key that is named in full.</summary>
    public static string Find(IReadOnlyList<Client> clients, string fingerprint)
    {
        string digits = fingerprint.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        if (digits.Length == Digits && digits.All(char.IsAsciiHexDigitLower))
        {
            return digits;
        }

        var found = clients.Where(c => c.KeySha256.StartsWith(digits, StringComparison.Ordinal)).ToList();
        return digits.Length >= LeastDigits && found.Count == 1
            ? found[0].KeySha256
            : throw new KmsException(KmsErrorKind.Usage, $"{found.Count} clients have a key that begins with '{fingerprint}'",
                "give at least 8 digits of one that lorica-kms client ls shows, or all 64 of another");
    }
}
