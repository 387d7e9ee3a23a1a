namespace Lorica.Kms.Tests.Audit;

/// <summary>A file whose disk is full at will: the first half of a write arrives, then it fails.</summary>
internal sealed class FillingFile(string path)
    : FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0)
{
    public bool Full { get; set; }

    /// <summary>Whether it cannot be shortened either.</summary>
    public bool Stuck { get; set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!Full)
        {
            base.Write(buffer);
            return;
        }

        base.Write(buffer[..(buffer.Length / 2)]);
        throw new IOException("No space left on device");
    }

    public override void SetLength(long value)
    {
        if (Stuck)
        {
            throw new IOException("Input/output error");
        }

        base.SetLength(value);
    }
}
