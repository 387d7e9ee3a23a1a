using Lorica.Disks.Locks;

namespace Lorica.Disks.Tests.Locks;

public sealed class WriterRecordTests
{
    private static readonly WriterRecord Record = new()
    {
        HostId = "0f8c0d5e-0000-4000-8000-000000000001", BootId = "b-1", Epoch = 42, Counter = 7,
    };

    [Fact]
    public void What_is_written_is_read_and_has_always_the_same_size()
    {
        Assert.Equal(Record, WriterRecord.Parse(Record.Encode()));
        var free = Record with { Held = false, Epoch = long.MaxValue };
        Assert.Equal(free, WriterRecord.Parse(free.Encode()));
        Assert.Equal(WriterRecord.Bytes, free.Encode().Length);
        Assert.Equal((byte)'\n', free.Encode()[^1]);
    }

    [Fact]
    public void Any_byte_that_is_changed_within_the_lines_makes_it_no_record()
    {
        byte[] bytes = Record.Encode();
        int lines = bytes.AsSpan().IndexOf((byte)' ') < 0
            ? bytes.Length : System.Text.Encoding.ASCII.GetString(bytes).LastIndexOf("\n ", StringComparison.Ordinal);
        for (int i = 0; i < lines; i++)
        {
            byte[] torn = bytes.ToArray();
            torn[i] ^= 1;
            Assert.Null(WriterRecord.Parse(torn));
        }
    }

    [Fact]
    public void An_empty_file_a_short_one_and_a_long_one_are_no_records()
    {
        Assert.Null(WriterRecord.Parse([]));
        Assert.Null(WriterRecord.Parse(Record.Encode().AsSpan(0, 255)));
        Assert.Null(WriterRecord.Parse([.. Record.Encode(), (byte)'\n']));
    }
}
