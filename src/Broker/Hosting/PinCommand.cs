using System.Text.Json;
using Lorica.Broker.Hosts;

namespace Lorica.Broker.Hosting;

/// <summary>
/// <c>lorica-broker pin HOST-ID SPKI-SHA256 --config FILE</c>: whoever works on the broker's machine says which key a host has. A
/// running broker sees it with its next call.
/// </summary>
internal static class PinCommand
{
    public const string Usage = "lorica-broker pin HOST-ID SPKI-SHA256 --config FILE";

    /// <summary>Runs.</summary>
    /// <returns>Exit code and what to say.</returns>
    public static (int Code, string Text) RunSafely(string[] args)
    {
        try
        {
            return Run(args);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException or JsonException)
        {
            return (1, $"error: {e.Message}");
        }
    }

    private static (int Code, string Text) Run(string[] args)
    {
        if (args is not ["pin", var id, var pin, "--config", var config])
            return (2, $"error: this is not how hosts are pinned.\nhint: {Usage}");
        if (!Guid.TryParseExact(id, "D", out var host))
            return (2, $"error: '{id}' is no host id (a UUID).\nhint: {Usage}");
        if (!HostPins.IsPin(pin))
        {
            return (2, $"error: '{pin}' is not the SHA-256 of a public key (64 hex digits).\nhint: the host's console and "
                + "`lorica host show` have it");
        }

        string folder = BrokerApplication.ReadConfig(config).StateFolder;
        BrokerApplication.MakeStateFolder(folder);
        HostPins.Set(folder, host.ToString("D"), pin.ToLowerInvariant());
        return (0, $"host {host} is pinned with {pin.ToLowerInvariant()}; keys may be sealed to it");
    }
}
