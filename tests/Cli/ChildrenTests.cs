using System.Diagnostics;
using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Up;

namespace Lorica.Cli.Tests;

public sealed class ChildrenTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Process _sleep = Process.Start("sleep", "300");

    private UpPaths Paths => new(_folder.Root);

    public void Dispose()
    {
        if (!_sleep.HasExited)
            _sleep.Kill();
        _sleep.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_that_does_not_end_is_killed()
    {
        Make().Add(_sleep.Id);
        await WaitAsync();
        await _sleep.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(128 + 9, _sleep.ExitCode);
        Assert.False(File.Exists(Paths.Children));
    }

    [Fact]
    public async Task Who_only_has_the_same_id_is_left_alone()
    {
        var now = ChildRecord.Of(_sleep.Id)!;
        foreach (var other in new[] { now with { Start = now.Start - 1 }, now with { Boot = "another" } })
        {
            Assert.False(other.Runs);
            await File.WriteAllBytesAsync(
                Paths.Children, JsonSerializer.SerializeToUtf8Bytes([other], UpJson.Default.ListChildRecord));
            await WaitAsync();
            Assert.True(now.Runs);
        }
    }

    [Fact]
    public async Task A_damaged_file_names_nobody()
    {
        await File.WriteAllTextAsync(Paths.Children, "[{");
        await WaitAsync();
        Assert.False(File.Exists(Paths.Children));
    }

    private Children Make() => new(Paths, TimeProvider.System, TimeSpan.FromMilliseconds(100));

    private Task WaitAsync()
    {
        var terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, OutStream = Stream.Null };
        return Make().WaitForThoseBeforeAsync(new UpReport(terminal, json: true), default);
    }
}
