using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Platform.Sockets;
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

    /// <summary>Reads and checks everything. The caller owns the secrets.</summary>
    /// <param name="fd">One end of the pair of sockets.</param>
    /// <param name="uid">The user that the command line names.</param>
    public static (VmxConfig Config, SecretSet Secrets) Read(int fd, uint uid)
    {
        Descriptors.Claim(fd, "the socket of the start");
        using var host = new DescriptorSocket(new SafeFileHandle(fd, true));
        using var delivery = Delivery.Receive(host);
        var config = Parse(VmxConfig.Parser, Delivery.Frame(host, MaximumConfig, out var more));
        foreach (var stray in more)
            stray.Dispose();
        ConfigRules.Check(config, uid, delivery.Secrets);
        if (more.Count > 0 || !Delivery.IsEnd(host))
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

    /// <summary>Whether a pipe holds nothing more and nobody writes to it.</summary>
    public static bool IsAtEnd(int fd)
    {
        Span<byte> more = stackalloc byte[1];
        return ReadSome(fd, more) == 0;
    }

    /// <summary>Reads at least one byte; 0 at the end.</summary>
    public static int ReadSome(int fd, Span<byte> into)
    {
        try
        {
            return Pipe.Read(fd, into);
        }
        catch (IOException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, "What the host sends cannot be read.", e);
        }
    }
}
