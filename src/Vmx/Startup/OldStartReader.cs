using System.Buffers.Binary;
using Lorica.Contracts.Vmx;
using Lorica.Vmx.Deliveries;
using Lorica.Vmx.Native;

namespace Lorica.Vmx.Startup;

/// <summary>
/// What a host of before sends: on standard input u32 little-endian length, VmxConfig, then the DEKs; every descriptor is
/// inherited by its number. Such a host starts this vmx while an upgrade has replaced the files, and not yet the process.
/// </summary>
internal static class OldStartReader
{
    /// <summary>Reads and checks everything; each disk gets its one link. The caller owns the secrets.</summary>
    public static (VmxConfig Config, SecretSet Secrets) Read(int fd, uint uid)
    {
        var config = Parse(fd);
        var secrets = new SecretSet();
        try
        {
            foreach (var disk in config.Exports)
                Upgrade(disk);
            ConfigRules.Check(config, uid, secrets: null);
            foreach (var disk in config.Exports.Where(d => d.DekLength != 0))
                secrets.TryRead(disk.Label, fd, disk.DekLength);
            if (!Pipe.IsAtEnd(fd))
                throw new VmxException(VmxErrorKind.BadConfig, "Standard input holds more than the configuration and its keys.");
            ConfigRules.Check(config, uid, secrets);
            return (config, secrets);
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

    private static void Upgrade(VmxExport disk)
    {
        if (disk.Links.Count > 0 || disk.Kind != VmxExportKind.Disk || disk.DekLength is not (0 or ConfigRules.DekBytes))
            throw new VmxException(VmxErrorKind.BadConfig, "The configuration is refused: a disk, or its key, is malformed.");
        disk.Links.Add(new VmxLink
        {
            ExtentFd = disk.ExtentFd, SyncFd = disk.SyncFd, LockFd = disk.LockFd, KeepAllocation = disk.KeepAllocation,
            ZeroRule = disk.ZeroRule switch
            {
                "hole" => VmxZeroRule.Hole,
                "error" => VmxZeroRule.Error,
                _ => VmxZeroRule.NoRule,
            },
            Secret = disk.DekLength == 0 ? "" : disk.Label,
        });
    }

    private static VmxConfig Parse(int fd)
    {
        Span<byte> length = stackalloc byte[4];
        ReadAll(fd, length);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (bytes is 0 or > StartReader.MaximumConfig)
        {
            throw new VmxException(
                VmxErrorKind.BadConfig, $"A configuration of {bytes} bytes; {StartReader.MaximumConfig} are accepted.");
        }

        byte[] message = new byte[bytes];
        ReadAll(fd, message);
        return StartReader.Parse(VmxConfig.Parser, message);
    }

    private static void ReadAll(int fd, Span<byte> into)
    {
        while (into.Length > 0)
        {
            int n = Pipe.ReadSome(fd, into);
            if (n == 0)
                throw new VmxException(VmxErrorKind.BadConfig, "Standard input ended before the configuration.");
            into = into[n..];
        }
    }
}
