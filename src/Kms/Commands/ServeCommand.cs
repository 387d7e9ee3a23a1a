using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip;
using Lorica.Kms.Audit;
using Lorica.Kms.Configs;
using Lorica.Kms.Store;
using Lorica.Kms.Trust;

namespace Lorica.Kms.Commands;

/// <summary>
/// The server. 1 configuration, 2 lock of the state folder, 3 root key and objects, 4 certificates, 5 audit, 6 listen, and say so
/// on stdout; then wait for SIGTERM or SIGINT.
/// </summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(Arguments args, TextWriter output, TextWriter errors)
    {
        args.Only(0, "--config");
        DiagnosticsSocket.Shut();

        // Step 1
        var time = TimeProvider.System;
        var config = KmsConfigFile.Read(args.Need("--config"));

        // Step 2
        var folder = StateFolder.Create(config.StateFolder);
        using var held = folder.Lock();

        // Step 3
        var rule = new BackupRule(folder, config.AllowKeysWithoutBackup, time);
        using var store = ObjectStore.Open(folder, RootKey.OpenOrCreate(folder), cleanUp: true, rule);
        if (config.AllowKeysWithoutBackup)
        {
            await errors.WriteLineAsync("WARNING: allowKeysWithoutBackup is set: new keys are made without any backup. One "
                + "broken disk, and every VM encrypted with them is lost.");
        }
        else if (rule.IsDue)
        {
            await errors.WriteLineAsync(
                $"WARNING: {folder.Root} has had keys for more than a day that are in no backup: no new keys are made until "
                + "lorica-kms backup has run");
        }

        if (Clients.HandOver.Finish(folder, store, time) is > 0 and var handed)
        {
            await errors.WriteLineAsync($"{handed} objects of a hand-over that was interrupted have their new owner");
        }

        foreach (string damaged in store.Damaged)
        {
            await errors.WriteLineAsync($"warning: {damaged}; its key is not served");
        }

        // Step 4
        var certificate = new ServerCertificate(config.Certificate!, config.Key!);
        _ = certificate.Current();
        var authenticator = new ClientAuthenticator(
            new(config.PinnedClientsFolder!), Roots(config.TrustedClientCa), config.RequiredClientOrganizationalUnit, time);

        // Step 5
        using var audit = AuditLog.Open(
            folder.Audit, time, new(config.AuditFileBytes, config.AuditFilesKept), w => errors.WriteLine($"warning: {w}"));

        // Step 6. Whoever makes or changes a key holds a thread until the disk has it; who only reads must find one meanwhile.
        ThreadPool.SetMinThreads(Math.Max(config.MaximumConnections, 64), 64);
        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var server = new KmipServer(
            new()
            {
                Listen = KmsConfigFile.Endpoint(config),
                Certificate = certificate.Current,
                Authenticate = authenticator.Judge,
                Audit = audit.Write,
                Fault = (e, correlation) => errors.WriteLine($"fault {correlation}: {PrintableText.Escape(e.ToString(), 4000)}"),
                Warning = warning => errors.WriteLine($"warning: {warning}"),
                Suites = config.TlsSuites == "kmip-compat" ? KmipTlsSuites.KmipCompat : KmipTlsSuites.Modern,
                UniqueNames = config.UniqueNames,
                MaximumHandshakes = config.MaximumHandshakes,
                MaximumHandshakesPerAddress = config.MaximumHandshakesPerAddress,
                MaximumHandshakesFromLoopback = config.MaximumHandshakesFromLoopback,
                MaximumConnections = config.MaximumConnections,
                MaximumConnectionsPerClient = config.MaximumConnectionsPerClient,
                TimeProvider = time,
            },
            store);
        await output.WriteLineAsync($"lorica-kms ready on {server.Start()}");
        await output.FlushAsync();
        await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static X509Certificate2Collection Roots(IReadOnlyList<string> files)
    {
        var roots = new X509Certificate2Collection();
        foreach (string file in files)
        {
            int before = roots.Count;
            try
            {
                roots.ImportFromPemFile(file);
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new KmsException(KmsErrorKind.Configuration, $"trustedClientCa {file}: {e.Message}", inner: e);
            }

            if (roots.Count == before)
            {
                throw new KmsException(KmsErrorKind.Configuration, $"trustedClientCa {file} holds no PEM certificate");
            }
        }

        return roots;
    }
}
