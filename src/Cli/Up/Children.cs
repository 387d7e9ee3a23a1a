using System.Text.Json;
using Lorica.Platform.Files;
using Lorica.Platform.Processes;

namespace Lorica.Cli.Up;

/// <summary>
/// <c>STATE/up.children</c>: the processes that run for this state. When <c>lorica up</c> is killed they stop by themselves,
/// which takes a while in which they still hold their ports and locks; the next start waits for them by this file.
/// </summary>
internal sealed class Children(UpPaths paths, TimeProvider time, TimeSpan patience)
{
    /// <summary>As long as a part that is asked to stop is given.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private List<ChildRecord> _known = [];

    /// <summary>Remembers a child, durably. One that cannot be remembered runs all the same: only a wait would be lost.</summary>
    public void Add(int pid)
    {
        _known.RemoveAll(child => !child.Runs);
        if (ChildRecord.Of(pid) is not { } record)
            return;
        _known.Add(record);
        try
        {
            DurableFile.Replace(paths.Children, JsonSerializer.SerializeToUtf8Bytes(_known, UpJson.Default.ListChildRecord));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk. The next child writes all of them again.
        }
    }

    /// <summary>Waits until those of the run before have ended, and kills exactly them when that takes too long.</summary>
    public async Task WaitForThoseBeforeAsync(UpReport report, CancellationToken ct)
    {
        _known = Read();
        if (!await EndedAsync(TimeSpan.Zero, ct))
        {
            report.Say("notice", "The run before was cut off; waiting for its parts to end.");
            if (!await EndedAsync(patience, ct))
            {
                foreach (var child in _known)
                {
                    report.Say("notice", $"Process {child.Pid} of the run before does not end; killing it.", pid: child.Pid);
                    Kill(child);
                }
                await EndedAsync(KillPatience, ct);
            }
        }
        File.Delete(paths.Children);
    }

    private async Task<bool> EndedAsync(TimeSpan limit, CancellationToken ct)
    {
        long since = time.GetTimestamp();
        while (true)
        {
            _known.RemoveAll(child => !child.Runs);
            if (_known.Count == 0)
                return true;
            if (time.GetElapsedTime(since) >= limit)
                return false;
            await Task.Delay(Poll, time, ct);
        }
    }

    private static void Kill(ChildRecord child)
    {
        // The handle is of whoever has the id now; only after it is held can a look at the start
        // time say that it is the right one.
        using var handle = ProcessHandle.Open(child.Pid);
        if (handle is not null && child.Runs)
            handle.Signal(Signals.Kill);
    }

    private List<ChildRecord> Read()
    {
        try
        {
            return File.Exists(paths.Children)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(paths.Children), UpJson.Default.ListChildRecord) ?? []
                : [];
        }
        catch (JsonException)
        {
            // Nobody can be named by it, so nobody is waited for.
            return [];
        }
    }
}
