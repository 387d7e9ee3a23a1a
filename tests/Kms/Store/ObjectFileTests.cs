using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

public sealed class ObjectFileTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        using var keys = Samples.RandomKey();
        var o = Samples.Object("id-1");
        var (read, box) = ObjectFile.Decode(ObjectFile.Encode(o, ObjectFile.Seal("id-1", new byte[32], keys), keys), keys);
        Assert.Equal(o.UniqueIdentifier, read.UniqueIdentifier);
        Assert.Equal(o.Attributes, read.Attributes);
        Assert.Equal("note!", read.Attributes[0].ToText());
        using var material = ObjectFile.Open("id-1", box.Span, keys);
        Assert.True(material.Span.SequenceEqual(new byte[32]));
    }

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        using var keys = Samples.RandomKey();
        byte[] file = ObjectFile.Encode(Samples.Object("id-1"), ObjectFile.Seal("id-1", new byte[32], keys), keys);
        for (int i = 0; i < file.Length; i++)
        {
            file[i] ^= 0x10;
            Assert.Throws<KmsException>(() => ObjectFile.Decode(file, keys));
            file[i] ^= 0x10;
        }
    }

    [Fact]
    public void Any_cut_is_noticed()
    {
        using var keys = Samples.RandomKey();
        byte[] file = ObjectFile.Encode(Samples.Object("id-1"), ObjectFile.Seal("id-1", new byte[32], keys), keys);
        for (int length = 0; length < file.Length; length++)
        {
            Assert.Throws<KmsException>(() => ObjectFile.Decode(file.AsMemory(0, length), keys));
        }
    }

    [Fact]
    public void Material_of_another_object_does_not_open()
    {
        using var keys = Samples.RandomKey();
        byte[] box = ObjectFile.Seal("id-1", new byte[32], keys);
        Assert.Throws<KmsException>(() => ObjectFile.Open("id-2", box, keys));
    }

    [Fact]
    public void Another_root_key_does_not_open_the_file()
    {
        using var one = Samples.RandomKey();
        using var two = Samples.RandomKey();
        byte[] file = ObjectFile.Encode(Samples.Object("id-1"), ObjectFile.Seal("id-1", new byte[32], one), one);
        Assert.Throws<KmsException>(() => ObjectFile.Decode(file, two));
    }
}
