using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip;
using Lorica.Kms.Audit;
using Lorica.Kms.Store;
using Lorica.Kms.Trust;

namespace Lorica.Kms.Commands;

/// <summary>What an operator wants to know; reads files only, also while the server runs.</summary>
internal static class StatusCommand
{
    public static int Run(Arguments args, TextWriter output)
    {
        args.Only(0, "--state");
        var folder = StateFolder.Open(args.Need("--state"));
        output.WriteLine($"state folder   {folder.Root}");
        output.WriteLine($"server         {(folder.IsInUse() ? "running" : "not running")}");
        bool good = Objects(folder, output);
        Certificate(folder, output);
        var pinned = new PinnedClients(folder.Trust).List();
        output.WriteLine($"clients        {pinned.Count} pinned");
        var audit = AuditReader.Check(folder.Audit);
        output.WriteLine($"audit          {audit.Lines} lines in {audit.Files} files, "
            + (audit.Broken is null ? "chain whole" : $"CHAIN BROKEN at line {audit.Broken}, in {audit.BrokenIn}")
            + (audit.RemovedUpTo > 0 ? $"; files 1 to {audit.RemovedUpTo} were removed by auditFilesKept" : ""));
        foreach (string missing in audit.Missing)
        {
            output.WriteLine($"MISSING        {missing}, of the audit");
        }

        output.WriteLine(
            $"last backup    {(File.Exists(folder.LastBackup) ? File.ReadAllText(folder.LastBackup).Trim() : "never")}");
        if (File.Exists(folder.RootKey) && new BackupRule(folder, overridden: false, TimeProvider.System).IsDue)
        {
            output.WriteLine("NEW KEYS       refused: keys older than a day are in no backup");
        }

        output.WriteLine(
            "protection     keys and root key lie on one disk: this protects copies of single files, not the machine");
        return good && audit is { Broken: null, Missing: [] } ? 0 : 1;
    }

    private static bool Objects(StateFolder folder, TextWriter output)
    {
        if (!File.Exists(folder.RootKey))
        {
            output.WriteLine("objects        none (no root key yet)");
            return true;
        }

        using var root = RootKey.Read(folder);
        using var store = ObjectStore.Open(folder, RootKey.Derive(root), cleanUp: false);
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var counts = store.All.GroupBy(o => o.StateAt(now)).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}").ToList();
        output.WriteLine($"objects        {(counts.Count == 0 ? "none" : string.Join(", ", counts))}");
        foreach (string damaged in store.Damaged)
        {
            output.WriteLine($"DAMAGED        {damaged}");
        }

        return store.Damaged.Count == 0;
    }

    private static void Certificate(StateFolder folder, TextWriter output)
    {
        if (!File.Exists(folder.Certificate))
        {
            return;
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(folder.Certificate);
            output.WriteLine($"certificate    {PrintableText.Escape(certificate.Subject, 200)}, until "
                + $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
            output.WriteLine($"fingerprint    SHA-256 {PinnedClients.Fingerprint(certificate)}");
        }
        catch (CryptographicException e)
        {
            output.WriteLine($"certificate    {folder.Certificate}: {e.Message}");
        }
    }
}
