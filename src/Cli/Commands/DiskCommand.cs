using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Disks;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica disk info</c>: offline, on files of this machine; needs no center and no key.</summary>
internal static class DiskCommand
{
    public static Command Create(CliContext cli)
    {
        var file = new Argument<string>("FILE") { Description = "An image (raw, VMDK), or the descriptor of a disk of Lorica." };
        var info = new Command(
            "info", "Say what a disk image is: size, and for encrypted ones key id and check value. No secrets.") { file };
        info.Examples(
            ("an image before its import", "lorica disk info web1.vmdk"),
            ("which key does this disk need", "lorica disk info --json web1.vmdk | jq .keys"));
        info.SetAction(async (parsed, ct) =>
        {
            var disk = await InspectAsync(parsed.GetValue(file)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(disk, CliJson.Default.DiskInfoModel);
                return;
            }
            cli.Terminal.Pairs(
            [
                ("file", disk.File), ("kind", disk.Kind), ("capacity", $"{Sizes.Format(disk.Capacity)} ({disk.Capacity} bytes)"),
                ("data", disk.Allocated is { } a ? $"{Sizes.Format(a)} allocated" : ""),
                ("provisioning", disk.Provisioning ?? ""), ("extent", disk.Extent ?? ""),
                ("encrypted", disk.Encrypted ? "yes" : "no"),
                ("object id", disk.ObjectId ?? ""), ("key", string.Join(", ", disk.Keys.Select(k => $"{k.Provider}/{k.Id}"))),
                ("key check", disk.KeyCheck ?? ""), ("under way", disk.Transition ?? ""),
            ]);
            if (disk.Encrypted)
                cli.Terminal.Line("Nothing of this is proven: whoever writes the file can make it say anything. Opening it with "
                    + "its key proves it.");
        });
        return new Command("disk", "Disk images on this machine, without a center.") { info };
    }

    private static async Task<DiskInfoModel> InspectAsync(string path, CancellationToken ct)
    {
        if (TryReadOwn(path) is { } own)
            return own;
        await using var device = await DiskImage.OpenReadOnlyAsync(path, ct);
        long? allocated = null;
        if (device is IAllocationMap map)
        {
            allocated = 0;
            await foreach (var range in map.AllocatedRangesAsync(ct))
                allocated += range.Allocated ? range.Length : 0;
        }
        return new DiskInfoModel { File = path, Kind = "image", Capacity = device.Length, Allocated = allocated };
    }

    private static DiskInfoModel? TryReadOwn(string path)
    {
        var full = Path.GetFullPath(path);
        if (!full.EndsWith(".vmdk", StringComparison.Ordinal) || !File.Exists(full))
            return null;
        try
        {
            using var folder = DiskFolder.Open(Path.GetDirectoryName(full)!);
            return DiskInfoModel.Of(path, Vmdk.ReadModel(folder, Path.GetFileNameWithoutExtension(full)));
        }
        catch (DiskException e) when (e.Kind is DiskErrorKind.NotADisk or DiskErrorKind.Malformed or DiskErrorKind.Unsupported
            or DiskErrorKind.TooLarge or DiskErrorKind.InvalidArgument)
        {
            // Not one of ours: an image of somebody else's tool, which says by itself what is wrong with it.
            return null;
        }
    }
}
