using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Platform.Sockets;
using Lorica.Vmx.Deliveries;
using Lorica.Vmx.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Startup;

/// <summary>
/// Takes from the host what to start: a delivery, answered by the numbers of its descriptors, then the configuration that names
/// them, then the end.
/// </summary>
internal static class StartReader
{
    /// <summary>Most bytes of a configuration: fits the longest console tail and many disks.</summary>
    public const int MaximumConfig = 2 << 20;

    private const int MaximumDelivery = 64 * 1024;

    /// <summary>Reads and checks everything. The caller owns the secrets.</summary>
    /// <param name="fd">One end of the pair of sockets.</param>
    /// <param name="uid">The user that the command line names.</param>
    public static (VmxConfig Config, SecretSet Secrets) Read(int fd, uint uid)
    {
        Descriptors.Claim(fd, "the socket of the start");
        using var host = new DescriptorSocket(new SafeFileHandle(fd, true));
        using var delivery = Receive(host);
        var config = Parse(VmxConfig.Parser, Frame(host, MaximumConfig, out var more));
        foreach (var stray in more)
            stray.Dispose();
        ConfigRules.Check(config, uid, delivery.Secrets);
        if (more.Count > 0 || !IsEnd(host))
            throw new VmxException(VmxErrorKind.BadConfig, "The host sends more than what to start.");
        return (config, delivery.Take());
    }

    /// <summary>Parses a message of the host.</summary>
    public static T Parse<T>(MessageParser<T> parser, byte[] bytes)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, $"What the host sends is no {typeof(T).Name} message.", e);
        }
    }

    private static Delivery Receive(DescriptorSocket host)
    {
        byte[] bytes = Frame(host, MaximumDelivery, out var came);
        VmxDelivery message;
        try
        {
            message = Parse(VmxDelivery.Parser, bytes);
        }
        catch
        {
            foreach (var stray in came)
                stray.Dispose();
            throw;
        }

        var delivery = Delivery.Open(message, came);
        try
        {
            host.Send(delivery.Answer.ToByteArray());
            return delivery;
        }
        catch (IOException e)
        {
            delivery.Dispose();
            throw new VmxException(VmxErrorKind.BadConfig, $"The host takes no answer: {e.Message}", e);
        }
    }

    // The next frame, which must be there.
    private static byte[] Frame(DescriptorSocket host, int limit, out IReadOnlyList<SafeFileHandle> descriptors)
    {
        try
        {
            return host.Receive(limit, out descriptors)
                ?? throw new VmxException(VmxErrorKind.BadConfig, "The host ended before it had said what to start.");
        }
        catch (IOException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, $"What the host sends cannot be read: {e.Message}", e);
        }
    }

    private static bool IsEnd(DescriptorSocket host)
    {
        try
        {
            return host.Receive(0, out _) is null;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
