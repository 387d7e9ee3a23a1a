using Google.Protobuf;
using Google.Protobuf.Reflection;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Hosts;

namespace Lorica.ControlPlane.Tests.Hosts;

/// <summary>What rows keep of VMs and hosts is what was kept before there were records of the model: byte for byte.</summary>
public sealed class KeptDescriptionsTests
{
    [Fact]
    public void A_VM_is_kept_as_its_host_sent_it()
    {
        byte[] sent = Filled(new VmDescription()).ToByteArray();
        Assert.Equal(sent, KeptDescriptions.Keep(KeptDescriptions.FilesOf(sent)));
    }

    [Fact]
    public void A_host_is_kept_as_it_sent_itself()
    {
        byte[] sent = Filled(new HostDescription()).ToByteArray();
        Assert.Equal(sent, KeptDescriptions.Keep(KeptDescriptions.HostOf(sent)));
    }

    [Fact]
    public void What_says_nothing_is_empty_and_stays_so()
    {
        Assert.Empty(KeptDescriptions.Keep(KeptDescriptions.FilesOf([])));
        Assert.Empty(KeptDescriptions.Keep(KeptDescriptions.HostOf(null)));
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
        FieldType.String => field.Name,
        FieldType.Bool => true,
        FieldType.Int32 => field.FieldNumber,
        FieldType.Int64 => (long)field.FieldNumber,
        FieldType.UInt64 => (ulong)field.FieldNumber,
        FieldType.Bytes => ByteString.CopyFromUtf8(field.Name),
        FieldType.Message => Filled((IMessage)Activator.CreateInstance(field.MessageType.ClrType)!),
        _ => throw new NotSupportedException($"A field of type {field.FieldType}: {field.FullName}."),
    };
}
