using System.Text;
using Lorica.Host.Home;

namespace Lorica.Host.Tests.Home;

public sealed class VmxFileTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        var file = VmxFile.Empty
            .With("displayName", "a \"b\" | c\td\né𝄞").With("virtio0:0.fileName", "x.vmdk").With("empty", "");
        var again = VmxFile.Parse(file.Encode());
        Assert.Equal(file.Entries, again.Entries);
        Assert.Equal(file.Encode(), again.Encode());
        Assert.DoesNotContain("\"b\"", Encoding.UTF8.GetString(file.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_found_in_any_case_and_lines_keep_their_order()
    {
        var file = VmxFile.Parse("# a comment\n\nb = \"1\"\na=\"2\"\n"u8);
        Assert.Equal(("2", "1", null), (file["A"], file["B"], file["c"]));
        Assert.Equal(["b", "a"], file.Entries.Select(e => e.Key));
        Assert.Equal(["b", "a"], file.With("B", "9").Entries.Select(e => e.Key));
        Assert.Equal(["a"], file.Without("B").Entries.Select(e => e.Key));
    }

    [Theory]
    [InlineData("a = \"1\"", "end")]
    [InlineData("a = \"1\"\nA = \"2\"\n", "twice")]
    [InlineData("a = 1\n", "line 1")]
    [InlineData("a = \"1\"\nb = \"x\"y\"\n", "line 2")]
    [InlineData("a = \"x\u0001\"\n", "line 1")]
    [InlineData("a = \"x\0\"\n", "line 1")]
    [InlineData("a = \"|00\"\n", "line 1")]
    [InlineData("a = \"|4\"\n", "line 1")]
    [InlineData("a = \"1\"\r\n", "line 1")]
    [InlineData("a b = \"1\"\n", "line 1")]
    [InlineData(" = \"1\"\n", "line 1")]
    [InlineData("a\n", "line 1")]
    public void What_two_readers_could_understand_differently_is_refused(string text, string why)
    {
        var e = Assert.Throws<FormatException>(() => VmxFile.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_a_mark_and_too_many_bytes_are_refused()
    {
        Assert.Throws<FormatException>(
            () => VmxFile.Parse([(byte)'a', (byte)' ', (byte)'=', (byte)' ', (byte)'"', 0xff, (byte)'"', (byte)'\n']));
        Assert.Throws<FormatException>(() => VmxFile.Parse("\xEF\xBB\xBFa = \"1\"\n"u8));
        Assert.Throws<FormatException>(() => VmxFile.Parse(new byte[VmxFile.MaximumBytes + 1]));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(7);
        byte[] good = VmxFile.Empty.With("a.b:c", "value").With("n", "1").Encode();
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = (byte[])good.Clone();
            for (int n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                var file = VmxFile.Parse(bytes);
                Assert.Equal(file.Entries, VmxFile.Parse(file.Encode()).Entries);
            }
            catch (FormatException)
            {
                // The one way to refuse.
            }
        }
    }

    [Fact]
    public void Marks_are_read_back()
    {
        var job = new JobMark(JobKind.Decrypt, 12, ["home", "virtio0:0", "virtio1:3"]);
        Assert.Equal(job.ToString(), JobMark.Parse(job.ToString())!.ToString());
        Assert.Equal("decrypt:12:home,virtio0:0,virtio1:3", job.ToString());
        var rekey = new RekeyMark(3, new Crypto.KeyId("a:b/c", "ü"), new Crypto.KeyId("kms", "2"), Committed: true);
        Assert.Equal(rekey, RekeyMark.Parse(rekey.ToString()));
        Assert.Equal(rekey with { Committed = false }, RekeyMark.Parse((rekey with { Committed = false }).ToString()));
        Assert.All(["", "x", "1:a/b", "1:a/b:c", "x:a/b:c/d", "1:a/b:c/d:e"], t => Assert.Null(RekeyMark.Parse(t)));
        Assert.All(["", "encrypt", "encrypt:x:home", "recryptShallow:1:home", "other:1:home"],
            t => Assert.Null(JobMark.Parse(t)));
    }
}
