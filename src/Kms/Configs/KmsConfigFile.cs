using System.Net;
using System.Text.Json;

namespace Lorica.Kms.Configs;

/// <summary>Reads the configuration file and makes its paths absolute.</summary>
internal static class KmsConfigFile
{
    /// <summary>Organizational unit of the one part of the center that speaks KMIP.</summary>
    private const string CenterClient = "broker";

    private const long SmallestAuditFile = 1 << 20;

    /// <summary>Reads, checks, resolves.</summary>
    public static KmsConfig Read(string path)
    {
        KmsConfig config;
        try
        {
            config = JsonSerializer.Deserialize(File.ReadAllBytes(path), KmsJson.Default.KmsConfig)
                ?? throw new KmsException(KmsErrorKind.Configuration, $"{path} is empty");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new KmsException(KmsErrorKind.Configuration, $"{path}: {e.Message}", "see: lorica-kms --help", e);
        }

        _ = Endpoint(config);
        if (config.TlsSuites is not ("modern" or "kmip-compat"))
        {
            throw new KmsException(KmsErrorKind.Configuration, $"tlsSuites is modern or kmip-compat, not {config.TlsSuites}");
        }

        if (config.MaximumConnections < 1 || config.MaximumConnectionsPerClient < 1 || config.MaximumHandshakes < 1
            || config.MaximumHandshakesPerAddress < 1 || config.MaximumHandshakesFromLoopback < 1)
        {
            throw new KmsException(KmsErrorKind.Configuration, "limits of connections are at least 1");
        }

        if (config.AuditFileBytes < SmallestAuditFile || config.AuditFilesKept < 0)
        {
            throw new KmsException(
                KmsErrorKind.Configuration, "auditFileBytes is at least 1048576, and auditFilesKept at least 0",
                "auditFilesKept 0 keeps all files");
        }

        if (config.Ca is { } center)
        {
            if (config.TrustedClientCa.Count > 0 || config.RequiredClientOrganizationalUnit is not (null or CenterClient))
            {
                throw new KmsException(
                    KmsErrorKind.Configuration, "ca stands for trustedClientCa and requiredClientOrganizationalUnit",
                    "give either, not both");
            }

            config = config with { TrustedClientCa = [center], RequiredClientOrganizationalUnit = CenterClient };
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string state = Path.GetFullPath(config.StateFolder, folder);
        string Resolve(string? file, string byDefault) => file is null
            ? Path.Combine(state, byDefault)
            : Path.GetFullPath(file, folder);
        return config with
        {
            StateFolder = state,
            Certificate = Resolve(config.Certificate, "server.crt"),
            Key = Resolve(config.Key, "server.key"),
            PinnedClientsFolder = Resolve(config.PinnedClientsFolder, "trust"),
            TrustedClientCa = [.. config.TrustedClientCa.Select(ca => Path.GetFullPath(ca, folder))],
        };
    }

    /// <summary>Where to listen.</summary>
    public static IPEndPoint Endpoint(KmsConfig config) =>
        IPEndPoint.TryParse(config.Listen, out var end) && config.Listen.Contains(':', StringComparison.Ordinal)
        ? end
        : throw new KmsException(
            KmsErrorKind.Configuration, $"'{config.Listen}' is no address and port", "for example 127.0.0.1:5696");
}
