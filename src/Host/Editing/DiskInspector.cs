using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Editing;

/// <summary>Describes a disk at a path from its descriptor alone: nothing is verified, locked or changed.</summary>
internal sealed class DiskInspector(VmTable table)
{
    public DiskDescription Inspect(string text)
    {
        if (!text.EndsWith(VmDiskModel.Ending, StringComparison.Ordinal))
            throw NotFile(text);
        var path = DatastorePath.Parse(text, VmDiskModel.Ending);
        string folderPath = Path.Combine(table.Datastores.PathOf(path.Datastore), path.Folder);
        try
        {
            using var folder = DiskFolder.Open(folderPath);
            using var files = Folder.Open(folderPath);
            var model = Vmdk.ReadModel(folder, path.File);
            return new DiskDescription
            {
                Capacity = model.Capacity,
                Links =
                {
                    new LinkDescription
                    {
                        Path = $"[{path.Datastore}] {path.Folder}/{path.File}{VmDiskModel.Ending}",
                        Used = files.Has(model.ExtentFile) ? files.AllocatedBytes(model.ExtentFile) : 0,
                        Provisioning = model.Provisioning.ToMessage(), Encrypted = model.Encrypted,
                        Key = model.Key?.ToRef(), Kcv = model.Kcv ?? "", ObjectId = model.ObjectId?.ToString() ?? "",
                        Transition = model.Transition?.Kind.ToUnfinished()
                            ?? (model.Keys.Count > 1 ? UnfinishedWork.Rekey : UnfinishedWork.Unspecified),
                    },
                },
            };
        }
        catch (DiskException e) when (e.Kind is DiskErrorKind.NotADisk or DiskErrorKind.InvalidArgument)
        {
            throw Refuse.With(
                FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notDisk", text,
                $"{text} is not a virtual disk of Lorica. {e.Message}",
                e.WayOut ?? "Name the descriptor, the small text file, not the data file.", e);
        }
        catch (DiskException e) when (e.Kind is DiskErrorKind.NotFound)
        {
            throw NotFile(text, e);
        }
        catch (IOException e)
        {
            throw NotFile(text, e);
        }
    }

    private static FaultException NotFile(string text, Exception? inner = null) => Refuse.With(
        FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notFile", text,
        $"{text} is no file of a virtual disk on this host.", "Write \"[datastore1] folder/file.vmdk\".", inner);
}
