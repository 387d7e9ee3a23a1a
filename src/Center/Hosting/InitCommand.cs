using System.Security.Cryptography;
using System.Text.Json;
using Lorica.Center.Pki;
using Lorica.Contracts.Trust;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.Platform.Trust;
using Lorica.Store;

namespace Lorica.Center.Hosting;

/// <summary>
/// <c>lorica-center init --state DIR [--admin-password-stdin]</c>.
/// <code>
/// 1 the database with the first administrator     (left from an init that died: made anew)
/// 2 pki.new/: CA, the center's certificate and keys
/// 3 rename pki.new -> pki                          the one commit point: from here on the center is initialised
/// 4 the password on standard output, once
/// </code>
/// </summary>
internal static class InitCommand
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private const int PasswordLength = 20;

    /// <summary>Runs the command.</summary>
    public static async Task<int> RunAsync(string state, bool passwordFromStdin, TimeProvider time, CancellationToken ct)
    {
        state = Path.GetFullPath(state);
        string pki = Path.Combine(state, "pki");
        if (Directory.Exists(pki))
        {
            throw new CommandException($"{state} is initialised already ({pki} exists). Nothing was changed.");
        }

        string password = passwordFromStdin
            ? await Console.In.ReadLineAsync(ct) ?? throw new CommandException("No password on standard input.")
            : RandomNumberGenerator.GetString(Alphabet, PasswordLength);

        // Step 1
        NodeFiles.MakeFolder(state);
        foreach (string suffix in new[] { "", "-wal", "-shm" })
        {
            File.Delete(CenterStore.PathIn(state) + suffix);
        }

        using (var store = await CenterStore.OpenAsync(state, ct))
        {
            var signIn = new SignInService(store, new SignInThrottle(time), new EventLog(store, time), time);
            await signIn.AddAdministratorAsync(SignInService.Administrator, password, ct);
        }

        // Step 2
        string fresh = Path.Combine(state, "pki.new");
        if (Directory.Exists(fresh))
        {
            Directory.Delete(fresh, recursive: true);
        }

        NodeFiles.MakeFolder(fresh);
        var (authority, caKey) = CertificateAuthority.Create(time);
        string pin;
        using (authority)
        {
            NodeFiles.WritePublic(fresh, NodeFiles.Ca, authority.RootPem);
            NodeFiles.WriteSecret(fresh, NodeFiles.CaKey, caKey);
            var (certificate, key, node) = authority.Issue(Roles.Center, "lorica-center", client: true);
            NodeFiles.WritePublic(fresh, NodeFiles.Certificate, certificate);
            NodeFiles.WriteSecret(fresh, NodeFiles.Key, key);
            pin = Peer.PinOf(node);
            node.Dispose();
        }

        // Step 3: all of it is durable before its name is, and that before the password is told.
        NodeFiles.Settle(fresh);
        Directory.Move(fresh, pki);
        NodeFiles.Settle(state);

        // Step 4
        var result = new InitResult(
            SignInService.Administrator, passwordFromStdin ? null : password, pin,
            Path.Combine(pki, NodeFiles.Certificate), Path.Combine(pki, NodeFiles.Key), Path.Combine(pki, NodeFiles.Ca));
        Console.Out.WriteLine(JsonSerializer.Serialize(result, StartJson.Default.InitResult));
        return 0;
    }
}
