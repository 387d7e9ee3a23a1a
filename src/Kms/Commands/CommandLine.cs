namespace Lorica.Kms.Commands;

/// <summary>
/// From words to commands. What was asked for goes to stdout; "error:" and "hint:" lines go to stderr. Exit codes: 0 done, 1
/// failed, 2 wrong usage, 3 another process holds the state folder.
/// </summary>
internal static class CommandLine
{
    private const string Help = """
        lorica-kms: the embedded KMIP key server of Lorica (KMIP 1.0 to 1.4, mutual TLS)

        usage:
          lorica-kms --config FILE                       serve until SIGTERM or Ctrl-C
          lorica-kms init --state DIR [--name NAME]…     make a state folder: root key, self-signed certificate, kms.json
          lorica-kms trust add FILE.pem --state DIR      let a client in by its certificate (works at once, no restart)
          lorica-kms trust ls --state DIR                list pinned clients
          lorica-kms trust rm FINGERPRINT --state DIR    no longer let it in
          lorica-kms client ls --state DIR               who owns objects or is pinned: key, dates, objects, last seen
          lorica-kms client hand-over --from FINGERPRINT --to FINGERPRINT --state DIR [--yes]
                                                         give all objects of one key to another; shows it first, does it with
                                                         --yes, while the server is stopped
          lorica-kms status --state DIR                  keys by state, damage, audit, last backup, certificates
          lorica-kms backup FILE --state DIR --passphrase-file FILE
          lorica-kms restore FILE --state DIR --passphrase-file FILE
                                                         into a folder without keys
          lorica-kms --help | --version

        configuration (JSON; relative paths are relative to the file):
          listen                            address and port; port 0 takes a free one          "127.0.0.1:5696"
          stateFolder                       keys, trust and audit                              "state"
          certificate, key                  PEM files of the server       by default server.crt, server.key of the state folder
          ca                                the center's CA, whose brokers are let in; or, for others:
          trustedClientCa                   PEM files of authorities whose clients are let in  ["ca.crt"]
          requiredClientOrganizationalUnit  the one OU that such a client must have            "broker"
          pinnedClientsFolder               certificates let in one by one                     by default trust of the state folder
          uniqueNames                       names are unique per client                        true
          allowKeysWithoutBackup            new keys also in a store older than a day without a backup: you can lose them all   false
          maximumConnections, maximumConnectionsPerClient                                      256, 64
          auditFileBytes, auditFilesKept    size of an audit file; closed ones that are kept, 0: all   67108864, 0

        examples:
          lorica-kms init --state /var/lib/lorica-kms --name kms.example.org --name 10.0.0.5
          lorica-kms trust add vcenter.pem --state /var/lib/lorica-kms
          lorica-kms --config /var/lib/lorica-kms/kms.json
          lorica-kms backup /mnt/safe/kms.backup --state /var/lib/lorica-kms --passphrase-file /root/kms.pass

        Keys rest on this machine's disk, sealed by a root key on the same disk: that protects copies of single files, nothing more.
        """;

    /// <summary>Runs one command and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            switch (args)
            {
                case [] or ["--help" or "-h" or "help", ..]:
                    await output.WriteLineAsync(Help);
                    return args.Length == 0 ? 2 : 0;
                case ["--version"]:
                    await output.WriteLineAsync(typeof(CommandLine).Assembly.GetName().Version?.ToString(3));
                    return 0;
                case ["--config", _, ..]:
                    return await ServeCommand.RunAsync(new(args), output, errors);
                case ["init", .. var rest]:
                    return InitCommand.Run(new(rest), output);
                case ["trust", .. var rest]:
                    return TrustCommand.Run(new(rest), output);
                case ["client", .. var rest]:
                    return ClientCommand.Run(new(rest), output);
                case ["status", .. var rest]:
                    return StatusCommand.Run(new(rest), output);
                case ["backup", .. var rest]:
                    return BackupCommand.Backup(new(rest), output);
                case ["restore", .. var rest]:
                    return BackupCommand.Restore(new(rest), output);
                default:
                    throw new KmsException(KmsErrorKind.Usage, $"unknown command '{args[0]}'", "see: lorica-kms --help");
            }
        }
        catch (KmsException e)
        {
            await ReportAsync(errors, e.Message, e.Hint);
            return e.Kind switch
            {
                KmsErrorKind.Usage => 2,
                KmsErrorKind.InUse => 3,
                _ => 1,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Kmip.KmipException or Crypto.CryptoException)
        {
            await ReportAsync(errors, e.Message, null);
            return 1;
        }
    }

    private static async Task ReportAsync(TextWriter errors, string message, string? hint)
    {
        await errors.WriteLineAsync($"error: {message}");
        if (hint is not null)
        {
            await errors.WriteLineAsync($"hint: {hint}");
        }
    }
}
