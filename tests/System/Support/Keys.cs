using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Kmip;

namespace Lorica.SystemTests.Support;

/// <summary>What an operator with the broker's credentials could do by hand: fetch a KEK and open what it wraps.</summary>
internal static class Keys
{
    /// <summary>The KEK that a descriptor names, from the KMS that a provider of this Lorica points to.</summary>
    public static async Task<KeyBuffer> FetchKekAsync(LoricaUp up, string descriptor, string provider)
    {
        var model = Model(descriptor);
        return await FetchAsync(up, provider, model.Key!.Value.Id);
    }

    public static async Task<KeyBuffer> FetchAsync(LoricaUp up, string provider, string keyId)
    {
        await using var client = await ClientAsync(up, provider);
        var kek = KeyBuffer.Allocate(32);
        await client.GetKeyAsync(keyId, material => material.CopyTo(kek.Span), CancellationToken.None);
        return kek;
    }

    /// <summary>Revokes a key on the KMS and destroys it there.</summary>
    public static async Task DestroyAsync(LoricaUp up, string provider, string keyId)
    {
        await using var client = await ClientAsync(up, provider);
        await client.RevokeAsync(keyId, KmipRevocationReason.CessationOfOperation, "a test", CancellationToken.None);
        await client.DestroyAsync(keyId, CancellationToken.None);
    }

    public static DiskModel Model(string descriptor)
    {
        using var folder = DiskFolder.Open(Path.GetDirectoryName(descriptor)!);
        return Vmdk.ReadModel(folder, Path.GetFileNameWithoutExtension(descriptor));
    }

    public static BundleContents OpenBundle(string descriptor, KeyBuffer kek)
    {
        var model = Model(descriptor);
        return Bundle.Open(BundleKind.Disk, model.Bundle!, model.Key!.Value, kek, model.Kcv!, model.ObjectId!.Value);
    }

    /// <summary>The bundle of a VM's home, which holds its dataFileKey.</summary>
    public static BundleContents OpenHomeBundle(string vmx, KeyBuffer kek)
    {
        var lines = File.ReadLines(vmx)
            .Select(l => l.Split(" = ", 2)).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1].Trim('"'));
        string bundle = lines["encryption.bundle"];
        return Bundle.Open(
            BundleKind.Vm, bundle, Assert.Single(Bundle.KeyIds(bundle)), kek, lines["encryption.kekCheck"],
            Guid.Parse(lines["lorica.vmId"]));
    }

    /// <summary>SHA-256 of what a guest sees of an encrypted disk.</summary>
    public static string PlaintextSha256(string descriptor, KeyBuffer kek)
    {
        using var contents = OpenBundle(descriptor, kek);
        using var xts = new XtsAes256(contents.Key!);
        using var file = File.OpenRead(Path.Combine(Path.GetDirectoryName(descriptor)!, Model(descriptor).ExtentFile));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[512];
        byte[] sectors = new byte[1024 * 1024];
        ulong sector = 0;
        int read;
        while ((read = file.ReadAtLeast(sectors, sectors.Length, throwOnEndOfStream: false)) > 0)
        {
            for (int offset = 0; offset < read; offset += 512, sector++)
            {
                var one = sectors.AsSpan(offset, 512);
                if (ZeroBlocks.IsAllZero(one) && contents.Zero == ZeroRule.Hole)
                {
                    hash.AppendData(one);
                    continue;
                }

                xts.DecryptSectors(one, buffer, sector);
                hash.AppendData(buffer);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<KmipClient> ClientAsync(LoricaUp up, string provider)
    {
        var entry = (await up.JsonAsync("kms", "ls"))["items"]!.AsArray()
            .Single(p => p!["name"]!.GetValue<string>() == provider)!;
        var server = entry["servers"]![0]!;
        return KmipClient.Create(new KmipClientOptions
        {
            Host = server["host"]!.GetValue<string>(),
            Port = server["port"]!.GetValue<int>(),
            ClientCertificate = Identity(up, entry),
            ServerTrust = new KmipServerTrust { PinnedCertificateSha256 = server["certificateSha256"]!.GetValue<string>() },
        });
    }

    private static X509Certificate2 Identity(LoricaUp up, JsonNode provider) =>
        provider["identity"]!.GetValue<string>().StartsWith("broker", StringComparison.Ordinal)
            ? X509Certificate2.CreateFromPemFile(
                Path.Combine(up.State, "broker/pki/node.crt"), Path.Combine(up.State, "broker/pki/node.key"))
            : up.UploadedIdentity ?? throw new InvalidOperationException("Set the uploaded identity first.");
}
