using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lorica.Kmip;
using Lorica.Kms.Store;
using Lorica.Platform.Files;

namespace Lorica.Kms.Audit;

/// <summary>
/// Append-only record of who did what: one line per event, <c>HASH SP JSON LF</c>, where HASH = SHA-256(hash of the line before ‖
/// SP ‖ JSON) in hex and the first line's predecessor is 64 zeros. A line taken out or changed breaks the chain from there on;
/// who can rewrite all files can make a new chain, so ship them elsewhere if that matters. Never material; foreign text is
/// escaped.
/// </summary>
/// <remarks>
/// A file that has reached its size is closed under a number of its own, and the chain goes on in the next:
/// <code>
/// 1 the line that filled it is there; sync    no rotation stands between a change and its line
/// 2 write audit.log.tmp, which begins with    crash: a .tmp that the next start removes
///   the number and last hash of the file
///   before (<see cref="AuditLink"/>), fsync
/// 3 audit.log → audit-N.log, fsync of the     crash: no audit.log; the next start gives audit-N.log its name
///   folder                                    back
/// 4 .tmp → audit.log, fsync of the folder     crash: whole
/// 5 files that are too many are removed       crash: they are there until the next rotation
/// </code>
/// What fails in steps 1 to 3 is a warning: lines go on into the file that is open, and it is tried again later. After a sync of
/// the folder that failed nothing is written until the next start.
/// <para>
/// A loss of power can cut the last line short, which then was of something that was never answered: the next start removes it
/// and says so in a line of its own. Changes are durable before they are answered, one sync for many; reads are left to the
/// system to flush and wait for no sync. A line that cannot be written whole (a full disk) is taken back before the next one, so
/// that the chain stays one. After a sync that failed nothing is written any more, and so nothing is changed, until the next
/// start.
/// </para>
/// </remarks>
internal sealed class AuditLog : IDisposable
{
    private const int RefusalsPerMinute = 60;

    /// <summary>What stands before the first line of all.</summary>
    internal static readonly string Start = new('0', 64);

    private readonly Lock _gate = new();

    /// <summary>Held while the open file is synced or changes for the next one.</summary>
    private readonly Lock _current = new();
    private readonly GroupSync _sync;
    private readonly AuditRotation? _rotation;
    private FileStream _file;
    private string _last;
    private long _end;
    private bool _torn;
    private long _minute;
    private int _refusals;

    private AuditLog(FileStream file, string last, long end, AuditRotation? rotation)
    {
        _file = file;
        _rotation = rotation;
        _sync = new(Flush);
        _last = last;
        _end = end;
    }

    /// <summary>Opens the file to append to it, after a rotation that a crash cut has been brought to its end.</summary>
    /// <param name="path">The file that is written to; closed ones lie beside it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="limits">When the next file is begun; null never begins one.</param>
    /// <param name="warn">Told when that fails.</param>
    /// <param name="afterStep">Told of each step, for tests that cut there.</param>
    public static AuditLog Open(
        string path, TimeProvider time, AuditLimits? limits = null, Action<string>? warn = null, Action<string>? afterStep = null)
    {
        var rotation = new AuditRotation(path, limits, time, warn, afterStep);
        return Open(rotation.OpenCurrent(), time, rotation);
    }

    /// <summary>The same over an open file without a buffer, which then belongs to the log.</summary>
    internal static AuditLog Open(FileStream file, TimeProvider time, AuditRotation? rotation = null)
    {
        var (last, end) = Tail(file);
        long cut = file.Length - end;
        file.SetLength(end);
        file.Position = end;
        var log = new AuditLog(file, last, end, rotation);
        if (cut > 0)
        {
            log.Append(new(time.GetUtcNow(), "", "", "", "Recover", "", "", $"{cut} bytes of a line cut short were removed"));
            log._sync.Wait();
        }

        return log;
    }

    /// <summary>Writes one event.</summary>
    public void Write(KmipAuditEvent e)
    {
        lock (_gate)
        {
            if (e.Operation == "Connect" && Flooded(e.Time))
            {
                return;
            }

            var entry = new AuditEntry(
                e.Time, PrintableText.Escape(e.Client?.DisplayName ?? "", 256), e.Client?.Owner ?? "", e.Remote, e.Operation,
                PrintableText.Escape(e.UniqueIdentifier, 256), e.Reason?.ToString() ?? "Success", e.Detail);
            Append(entry);
            Rotate_NeedsLock();
        }

        if (e.Reason is null && e.Operation is not ("Get" or "GetAttributes" or "GetAttributeList" or "Locate"))
        {
            _sync.Wait();
        }
    }

    /// <summary>Counts the lines of all files and checks the chain.</summary>
    /// <returns>Lines, and the number of the first that does not fit, or null.</returns>
    public static (long Lines, long? Broken) Verify(string path)
    {
        var check = AuditReader.Check(path);
        return (check.Lines, check.Broken);
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    /// <summary>The line of an entry, and its hash.</summary>
    internal static (byte[] Line, string Hash) LineOf(AuditEntry entry, string last)
    {
        string json = JsonSerializer.Serialize(entry, AuditJson.Default.AuditEntry);
        string hash = Hash(last, json);
        return (Encoding.UTF8.GetBytes($"{hash} {json}\n"), hash);
    }

    /// <summary>Hash of the last whole line, and where it ends.</summary>
    private static (string Hash, long End) Tail(FileStream file)
    {
        const int Window = 64 << 10;
        long from = Math.Max(0, file.Length - Window);
        byte[] tail = new byte[file.Length - from];
        file.Position = from;
        file.ReadExactly(tail);
        int end = tail.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (end == 0)
        {
            return (Start, from == 0 ? 0 : file.Length);
        }

        int begin = tail.AsSpan(0, end - 1).LastIndexOf((byte)'\n') + 1;
        string line = Encoding.UTF8.GetString(tail.AsSpan(begin, end - 1 - begin));
        return (line.Length > 64 && line[..64].All(char.IsAsciiHexDigitLower) ? line[..64] : Start, from + end);
    }

    internal static string Hash(string last, string json) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{last} {json}")));

    private void Flush()
    {
        lock (_current)
        {
            DurableFile.Sync(_file);
        }
    }

    /// <summary>
    /// Goes on in a new file when this one is full. What was written is durable before, so whoever waits for a sync of the new
    /// file only does not wait in vain.
    /// </summary>
    private void Rotate_NeedsLock()
    {
        if (_rotation is null || !_rotation.IsDue(_end))
        {
            return;
        }

        try
        {
            // Step 1
            _sync.Wait();
        }
        catch (IOException)
        {
            // Nothing is changed any more: whoever changes something is told by the same sync.
            return;
        }

        lock (_current)
        {
            if (_rotation.TryNext(_last, _end) is { } next)
            {
                _file.Dispose();
                (_file, _last, _end) = next;
            }
        }
    }

    private void Append(AuditEntry entry)
    {
        _rotation?.RequireSound();
        var (line, hash) = LineOf(entry, _last);
        if (_torn)
        {
            TakeBack();
        }

        _torn = true;
        try
        {
            _file.Write(line);
        }
        catch
        {
            // When this fails too, the next line tries again before it is written.
            TakeBack();
            throw;
        }

        (_torn, _last, _end) = (false, hash, _end + line.Length);
    }

    /// <summary>Removes what was written of a line that failed.</summary>
    private void TakeBack()
    {
        _file.SetLength(_end);
        _file.Position = _end;
        _torn = false;
    }

    /// <summary>
    /// Who hammers the port must not fill the disk: so many refusals a minute are written, and one line that more came.
    /// </summary>
    private bool Flooded(DateTimeOffset time)
    {
        long minute = time.ToUnixTimeSeconds() / 60;
        if (minute != _minute)
        {
            (_minute, _refusals) = (minute, 0);
        }

        _refusals++;
        if (_refusals == RefusalsPerMinute + 1)
        {
            Append(new(time, "", "", "", "Connect", "", "", "more refused connections in this minute are not listed"));
        }

        return _refusals > RefusalsPerMinute;
    }
}
