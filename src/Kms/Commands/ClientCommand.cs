using System.Globalization;
using Lorica.Kmip;
using Lorica.Kms.Clients;
using Lorica.Kms.Store;

namespace Lorica.Kms.Commands;

/// <summary>Lists clients, and gives the objects of one to another; the latter on a stopped server, which holds the lock
/// else.</summary>
internal static class ClientCommand
{
    public static int Run(Arguments args, TextWriter output)
    {
        switch (args.Words)
        {
            case ["ls"]:
                args.Only(1, "--state");
                List(StateFolder.Open(args.Need("--state")), output);
                return 0;
            case ["hand-over"]:
                args.Only(1, "--state", "--from", "--to", "--yes");
                HandOverTo(args, output);
                return 0;
            default:
                throw new KmsException(KmsErrorKind.Usage,
                    "client ls, or client hand-over --from FINGERPRINT --to FINGERPRINT [--yes]", "see: lorica-kms --help");
        }
    }

    private static void List(StateFolder folder, TextWriter output)
    {
        using var store = Open(folder, cleanUp: false);
        foreach (var client in ClientList.Read(folder, store))
        {
            Line(output, client);
        }
    }

    /// <summary>Shows what would be done; does it with --yes only.</summary>
    private static void HandOverTo(Arguments args, TextWriter output)
    {
        var folder = StateFolder.Open(args.Need("--state"));
        using var held = Lock(folder);
        using var store = Open(folder, cleanUp: true) ?? throw new KmsException(
            KmsErrorKind.Configuration, $"{folder.Root} has no root key, and so no objects");
        int rest = HandOver.Finish(folder, store, TimeProvider.System);
        if (rest > 0)
        {
            output.WriteLine($"{rest} objects of a hand-over that was interrupted have their new owner");
        }

        var clients = ClientList.Read(folder, store);
        var (from, to) = (ClientList.Find(clients, args.Need("--from")), ClientList.Find(clients, args.Need("--to")));
        if (from == to)
        {
            throw new KmsException(KmsErrorKind.Usage, "--from and --to are the same client");
        }

        int objects = store.OfOwner(from).Count();
        if (objects == 0)
        {
            throw new KmsException(KmsErrorKind.Configuration, $"{from} has no objects", "see: lorica-kms client ls --state DIR");
        }

        output.WriteLine($"{objects} objects, destroyed ones included, go");
        foreach (var (what, key) in new[] { ("from", from), ("to  ", to) })
        {
            output.Write($"{what}  ");
            Line(output, clients.FirstOrDefault(c => c.KeySha256 == key) ?? new Client(key, "", null, null, 0, null));
        }

        if (!args.Has("--yes"))
        {
            output.WriteLine(HandOver.Refusal(store, from, to) is { } why
                ? $"REFUSED: {why}" : "nothing was changed; to do it, say the same with --yes");
            return;
        }

        output.WriteLine($"{HandOver.Run(folder, store, from, to, TimeProvider.System)} objects have their new owner");
    }

    private static IDisposable Lock(StateFolder folder)
    {
        try
        {
            return folder.Lock();
        }
        catch (KmsException e) when (e.Kind == KmsErrorKind.InUse)
        {
            throw new KmsException(KmsErrorKind.InUse, $"the server runs on {folder.Root}",
                "stop it for the moment (lorica up ctl stop kms); virtual machines that run go on", e);
        }
    }

    private static ObjectStore? Open(StateFolder folder, bool cleanUp)
    {
        if (!File.Exists(folder.RootKey))
        {
            return null;
        }

        using var root = RootKey.Read(folder);
        return ObjectStore.Open(folder, RootKey.Derive(root), cleanUp);
    }

    private static void Line(TextWriter output, Client client) => output.WriteLine(
        $"{client.KeySha256}  {client.Objects} objects  "
            + (client.NotAfter is null ? "not pinned" : $"pinned, {Day(client.NotBefore)} to {Day(client.NotAfter)}")
            + "  last seen "
            + (client.LastSeen is { } seen ? seen.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture) : "never")
            + $"  {PrintableText.Escape(client.Name, 200)}");

    private static string Day(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
