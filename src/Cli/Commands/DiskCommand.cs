using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Disks;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica disk info</c>: offline, on files of this machine; needs no center and no key.</summary>
internal static class DiskCommand
{
    private const int MostShown = 16;

    public static Command Create(CliContext cli)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "Any file or block device: an image, or the descriptor of a disk of Lorica.",
        };
        var info = new Command(
            "info", "Say what a file is that is to be a disk: format and how that is known, size, files, what to do when it "
            + "cannot be imported (exit code 4); for encrypted disks of Lorica key id and check value. No secrets.") { file };
        info.Examples(
            ("an image before its import", "lorica disk info web1.vmdk"),
            ("what a script asks before it imports", "lorica disk info --json web1.img | jq -r .format"),
            ("which key does this disk need", "lorica disk info --json web1.vmdk | jq .keys"));
        info.SetAction(async (parsed, ct) =>
        {
            var disk = await InspectAsync(parsed.GetValue(file)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(disk, CliJson.Default.DiskInfoModel);
            else
                Show(cli.Terminal, disk);
            return (int)(disk.Problem is null ? ExitCode.Success : ExitCode.Refused);
        });
        return new Command("disk", "Disk images on this machine, without a center.") { info };
    }

    private static void Show(Terminal terminal, DiskInfoModel disk)
    {
        terminal.Pairs(
        [
            ("file", disk.File), ("kind", disk.Kind), ("format", disk.Format ?? ""), ("because", disk.Reason ?? ""),
            ("file size", disk.FileSize is { } size ? Bytes(size) : ""),
            ("type", disk.CreateType ?? ""), ("capacity", disk.Capacity is { } capacity ? Bytes(capacity) : ""),
            ("data", disk.Allocated is { } a ? $"{Sizes.Format(a)} allocated" : ""),
            ("provisioning", disk.Provisioning ?? ""), ("extent", disk.Extent ?? ""),
            ("extents", disk.ExtentCount > 0 ? $"{disk.ExtentCount}" : ""),
            .. disk.Extents.Take(MostShown).Select(e => ("", $"{e.Type} {e.File} {Sizes.Format(e.Size)}".Replace("  ", " ",
                StringComparison.Ordinal))),
            ("", disk.ExtentCount > MostShown ? "…" : ""),
            ("encrypted", disk.Problem is null ? disk.Encrypted ? "yes" : "no" : ""),
            ("object id", disk.ObjectId ?? ""), ("key", string.Join(", ", disk.Keys.Select(k => $"{k.Provider}/{k.Id}"))),
            ("key check", disk.KeyCheck ?? ""), ("under way", disk.Transition ?? ""),
            ("import", disk.Kind == "lorica" ? "" : disk.Problem ?? "can be imported"), ("what to do", disk.WayOut ?? ""),
        ]);
        if (disk.Encrypted)
        {
            terminal.Line("Nothing of this is proven: whoever writes the file can make it say anything. Opening it with "
                + "its key proves it.");
        }
    }

    private static string Bytes(long count) => $"{Sizes.Format(count)} ({count} bytes)";

    private static async Task<DiskInfoModel> InspectAsync(string path, CancellationToken ct)
    {
        if (TryReadOwn(path) is { } own)
            return own;
        var image = await DiskImage.InspectAsync(path, ct);
        if (image.Problem is not null)
            return DiskInfoModel.Of(path, image, null);
        await using var device = await DiskImage.OpenReadOnlyAsync(path, ct);
        long allocated = 0;
        await foreach (var range in device.RangesAsync(ct))
            allocated += range.HoldsData ? range.Length : 0;
        return DiskInfoModel.Of(path, image, allocated);
    }

    private static DiskInfoModel? TryReadOwn(string path)
    {
        string full = Path.GetFullPath(path);
        if (!full.EndsWith(".vmdk", StringComparison.Ordinal) || !File.Exists(full))
            return null;
        try
        {
            using var folder = DiskFolder.Open(Path.GetDirectoryName(full)!);
            return DiskInfoModel.Of(path, Vmdk.ReadModel(folder, Path.GetFileNameWithoutExtension(full)));
        }
        catch (DiskException e) when (e.Kind is DiskErrorKind.NotADisk or DiskErrorKind.Malformed or DiskErrorKind.Unsupported
            or DiskErrorKind.TooLarge or DiskErrorKind.InvalidArgument or DiskErrorKind.HasParent or DiskErrorKind.EscapesFolder)
        {
            // Not one of ours: an image of somebody else's tool, which says by itself what is wrong with it.
            return null;
        }
    }
}
