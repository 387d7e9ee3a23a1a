namespace Lorica.Disks.Tests.Foreign;

/// <summary>A block device over a file.</summary>
public sealed class LoopDevice : IAsyncDisposable
{
    private LoopDevice(string path) => Path = path;

    public string Path { get; }

    public static Task<LoopDevice> OfAsync(string file) =>
        Task.Run(() => new LoopDevice(Tool.Output("losetup", "--find", "--show", "--read-only", file).Trim()));

    public async ValueTask DisposeAsync() => await Task.Run(() => Tool.Output("losetup", "--detach", Path));
}
