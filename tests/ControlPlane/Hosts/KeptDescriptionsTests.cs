using Google.Protobuf;
using Google.Protobuf.Reflection;
using Lorica.Contracts.Kept;
using Lorica.ControlPlane.Hosts;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Hosts;

/// <summary>What rows keep of VMs and hosts comes back from records of the model byte for byte.</summary>
public sealed class KeptDescriptionsTests
{
    private static readonly Dictionary<string, string> Words = new()
    {
        ["power_state"] = "poweredOn", ["pending_job"] = "rekey", ["firmware"] = "uefi", ["guest"] = "ioError",
        ["provisioning"] = "eagerZeroed", ["transition"] = "decrypt", ["crypto_mode"] = "pendingIncapable",
        ["accelerator"] = "kvmWithoutArchCapabilities",
    };

    [Fact]
    public void A_VM_is_kept_whole()
    {
        byte[] kept = Filled(new KeptVm()).ToByteArray();
        Assert.Equal(kept, KeptDescriptions.Keep(KeptDescriptions.FilesOf(kept)));
    }

    [Fact]
    public void A_host_is_kept_whole()
    {
        byte[] kept = Filled(new KeptHost()).ToByteArray();
        Assert.Equal(kept, KeptDescriptions.Keep(KeptDescriptions.HostOf(kept)));
    }

    [Fact]
    public void What_says_nothing_is_empty_and_stays_so()
    {
        Assert.Empty(KeptDescriptions.Keep(KeptDescriptions.FilesOf([])));
        Assert.Empty(KeptDescriptions.Keep(KeptDescriptions.HostOf(null)));
    }

    /// <summary>
    /// Rows of earlier versions are the messages of that time. These bytes were written while a disk was one file.
    /// </summary>
    [Fact]
    public void A_row_of_an_earlier_version_is_read_as_disks_of_one_link()
    {
        byte[] kept = Convert.FromBase64String(
            "CgF2EgNvbGQaCnBvd2VyZWRPZmYgAVokCgl2aXJ0aW8wOjASB1tkc10gb28YgAgqBHRoaW4wAUgFUgFv");
        var files = KeptDescriptions.FilesOf(kept);
        Assert.Equal(("v", "old", PowerState.Off, true), (files.VmId, files.Name, files.PowerState, files.Encrypted));
        var disk = Assert.Single(files.Disks);
        Assert.Equal(("virtio0:0", 1024), (disk.Label, disk.Capacity));
        var link = Assert.Single(disk.Links);
        Assert.Equal(("[ds] oo", DiskFormat.Thin, true, "o"), (link.Path, link.Provisioning, link.Encrypted, link.ObjectId));
        Assert.Equal(kept, KeptDescriptions.Keep(files));
    }

    /// <summary>A row of a later version may say what this one has no word for.</summary>
    [Fact]
    public void A_word_that_is_none_says_nothing()
    {
        var files = KeptDescriptions.FilesOf(new KeptVm { VmId = "v", PowerState = "On", PendingJob = "merge" }.ToByteArray());
        Assert.Equal(("v", null, null), (files.VmId, files.PowerState, files.PendingJob));
        Assert.Null(KeptDescriptions.HostOf(new KeptHost { CryptoMode = "safest" }.ToByteArray()).CryptoMode);
    }

    /// <summary>A message whose every field, to the last leaf, says something else than nothing.</summary>
    private static T Filled<T>(T message)
        where T : IMessage
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.IsRepeated)
            {
                ((System.Collections.IList)field.Accessor.GetValue(message)).Add(Value(field));
            }
            else
            {
                field.Accessor.SetValue(message, Value(field));
            }
        }

        return message;
    }

    private static object Value(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => Words.GetValueOrDefault(field.Name, field.Name),
        FieldType.Bool => true,
        FieldType.Int32 => field.FieldNumber,
        FieldType.Int64 => (long)field.FieldNumber,
        FieldType.UInt64 => (ulong)field.FieldNumber,
        FieldType.Bytes => ByteString.CopyFromUtf8(field.Name),
        FieldType.Message => Filled((IMessage)Activator.CreateInstance(field.MessageType.ClrType)!),
        _ => throw new NotSupportedException($"A field of type {field.FieldType}: {field.FullName}."),
    };
}
