using System.Text.Json;
using Lorica.Kms.Configs;
using Lorica.Kms.Store;
using Lorica.Kms.Trust;
using Lorica.Platform.Files;

namespace Lorica.Kms.Commands;

/// <summary>Makes a state folder ready to serve. What is there already is left alone, so it can be run again.</summary>
internal static class InitCommand
{
    public static int Run(Arguments args, TextWriter output)
    {
        args.Only(0, "--state", "--name");
        var folder = StateFolder.Create(args.Need("--state"));
        using var held = folder.Lock();
        RootKey.OpenOrCreate(folder).Dispose();
        output.WriteLine($"root key       {folder.RootKey}");
        if (!File.Exists(folder.Certificate))
        {
            var names = args.All("--name") is { Count: > 0 } given ? given : ["localhost", "127.0.0.1", "::1"];
            using var made = ServerCertificate.CreateSelfSigned(folder, names, TimeProvider.System);
            output.WriteLine($"certificate    {folder.Certificate} for {string.Join(", ", names)}");
            output.WriteLine($"fingerprint    SHA-256 {PinnedClients.Fingerprint(made)}");
        }

        if (!File.Exists(folder.Config))
        {
            var config = new KmsConfig { Listen = "127.0.0.1:5696", StateFolder = "." };
            DurableFile.Replace(folder.Config, JsonSerializer.SerializeToUtf8Bytes(config, KmsJson.Default.KmsConfig));
            output.WriteLine($"configuration  {folder.Config}");
        }

        output.WriteLine($"next: lorica-kms trust add CLIENT.pem --state {folder.Root}; lorica-kms --config {folder.Config}");
        return 0;
    }
}
