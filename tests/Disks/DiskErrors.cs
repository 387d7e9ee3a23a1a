namespace Lorica.Disks.Tests;

/// <summary>Asserts on the kind of a refusal.</summary>
public static class DiskErrors
{
    public static DiskException Expect(DiskErrorKind kind, Action act)
    {
        var e = Assert.Throws<DiskException>(act);
        Assert.True(kind == e.Kind, $"expected {kind}, got {e.Kind}: {e.Message}");
        return e;
    }

    public static async Task<DiskException> ExpectAsync(DiskErrorKind kind, Func<Task> act)
    {
        var e = await Assert.ThrowsAsync<DiskException>(act);
        Assert.True(kind == e.Kind, $"expected {kind}, got {e.Kind}: {e.Message}");
        return e;
    }
}
