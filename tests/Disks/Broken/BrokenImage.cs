namespace Lorica.Disks.Tests.Broken;

/// <summary>One broken image with the verdict on it.</summary>
/// <param name="Name">What is broken.</param>
/// <param name="Verdict">Kind of the refusal; null = it opens (and reads).</param>
/// <param name="Build">Puts the files into a folder; <c>x.vmdk</c> is opened.</param>
public sealed record BrokenImage(string Name, DiskErrorKind? Verdict, Action<TestFolder> Build)
{
    public override string ToString() => Name;
}
