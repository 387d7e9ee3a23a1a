using System.Buffers.Binary;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Vmx.Native;

namespace Lorica.Vmx.Startup;

/// <summary>
/// Reads what the host sends on standard input: u32 little-endian length, VmxConfig, then the DEKs, each straight from the pipe
/// into key memory. Nothing is read ahead, so that no key byte ever lies in an ordinary buffer.
/// </summary>
internal static class ConfigReader
{
    /// <summary>Fits the longest console tail and many disks.</summary>
    private const int MaximumBytes = 2 << 20;

    /// <summary>Reads and checks everything. The caller owns the keys, one per disk (null for a plain one).</summary>
    public static (VmxConfig Config, IReadOnlyList<KeyBuffer?> Keys) Read(int fd, uint uid)
    {
        var config = Parse(fd);
        ConfigRules.Check(config, uid);
        var keys = new List<KeyBuffer?>();
        try
        {
            foreach (var disk in config.Disks)
                keys.Add(disk.DekLength == 0 ? null : KeyPipe.Read(fd, disk.DekLength));
            Span<byte> more = stackalloc byte[1];
            if (ReadSome(fd, more) != 0)
                throw new VmxException(VmxErrorKind.BadConfig, "Standard input holds more than the configuration and its keys.");
            return (config, keys);
        }
        catch (Exception e)
        {
            foreach (var key in keys)
                key?.Dispose();
            if (e is CryptoException)
                throw new VmxException(VmxErrorKind.BadConfig, "Standard input ended before the keys.", e);
            throw;
        }
    }

    private static VmxConfig Parse(int fd)
    {
        Span<byte> length = stackalloc byte[4];
        ReadAll(fd, length);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (bytes is 0 or > MaximumBytes)
            throw new VmxException(VmxErrorKind.BadConfig, $"A configuration of {bytes} bytes; {MaximumBytes} are accepted.");
        byte[] message = new byte[bytes];
        ReadAll(fd, message);
        try
        {
            return VmxConfig.Parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, "The configuration is no VmxConfig message.", e);
        }
    }

    private static void ReadAll(int fd, Span<byte> into)
    {
        while (into.Length > 0)
        {
            int n = ReadSome(fd, into);
            if (n == 0)
                throw new VmxException(VmxErrorKind.BadConfig, "Standard input ended before the configuration.");
            into = into[n..];
        }
    }

    private static int ReadSome(int fd, Span<byte> into)
    {
        try
        {
            return Pipe.Read(fd, into);
        }
        catch (IOException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, "Standard input cannot be read.", e);
        }
    }
}
