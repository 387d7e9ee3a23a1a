using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lorica.Kmip;
using Lorica.Kms.Store;

namespace Lorica.Kms.Audit;

/// <summary>
/// Append-only record of who did what: one line per event, <c>HASH SP JSON LF</c>, where HASH = SHA-256(hash of the line before ‖
/// SP ‖ JSON) in hex and the first line's predecessor is 64 zeros. A line taken out or changed breaks the chain from there on;
/// who can rewrite the whole file can make a new chain, so ship it elsewhere if that matters. Never material; foreign text is
/// escaped.
/// </summary>
/// <remarks>
/// A loss of power can cut the last line short, which then was of something that was never answered: the next start removes it
/// and says so in a line of its own. Changes are durable before they are answered, one sync for many; reads are left to the
/// system to flush and wait for no sync. A line that cannot be written whole (a full disk) is taken back before the next one, so
/// that the chain stays one. After a sync that failed nothing is written any more, and so nothing is changed, until the next
/// start.
/// </remarks>
internal sealed class AuditLog : IDisposable
{
    private const int RefusalsPerMinute = 60;
    private static readonly string Start = new('0', 64);
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly GroupSync _sync;
    private string _last;
    private long _end;
    private bool _torn;
    private long _minute;
    private int _refusals;

    private AuditLog(FileStream file, string last, long end)
    {
        _file = file;
        _sync = new(() => Native.FolderSync.Flush(file));
        _last = last;
        _end = end;
    }

    /// <summary>Opens the file to append to it.</summary>
    public static AuditLog Open(string path, TimeProvider time)
    {
        return Open(
            new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Read,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }),
            time);
    }

    /// <summary>The same over an open file without a buffer, which then belongs to the log.</summary>
    internal static AuditLog Open(FileStream file, TimeProvider time)
    {
        var (last, end) = Tail(file);
        var cut = file.Length - end;
        file.SetLength(end);
        file.Position = end;
        var log = new AuditLog(file, last, end);
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
        }

        if (e.Reason is null && e.Operation is not ("Get" or "GetAttributes" or "GetAttributeList" or "Locate"))
        {
            _sync.Wait();
        }
    }

    /// <summary>Counts lines and checks the chain.</summary>
    /// <returns>Lines, and the number of the first that does not fit, or null.</returns>
    public static (long Lines, long? Broken) Verify(string path)
    {
        long lines = 0;
        if (!File.Exists(path))
        {
            return (0, null);
        }

        var last = Start;
        foreach (var line in File.ReadLines(path, Encoding.UTF8))
        {
            lines++;
            if (line.Length > 65 && line[64] == ' ' && Hash(last, line[65..]) == line[..64])
            {
                last = line[..64];
            }
            else
            {
                return (lines, lines);
            }
        }

        return (lines, null);
    }

    /// <summary>When each owner last did something, with the name of its client then; lines that are none are skipped.</summary>
    public static IReadOnlyCollection<(string Owner, DateTimeOffset Time, string Client)> LastSeen(string path)
    {
        var seen = new Dictionary<string, (string Owner, DateTimeOffset Time, string Client)>(StringComparer.Ordinal);
        if (!File.Exists(path))
        {
            return seen.Values;
        }

        foreach (var line in File.ReadLines(path, Encoding.UTF8).Where(l => l.Length > 65))
        {
            try
            {
                if (JsonSerializer.Deserialize(line[65..], AuditJson.Default.AuditEntry) is
                    { Owner.Length: > 0, Operation: not "HandOver" } entry)
                {
                    seen[entry.Owner] = (entry.Owner, entry.Time, entry.Client);
                }
            }
            catch (JsonException)
            {
                // Torn or edited: status says so.
            }
        }

        return seen.Values;
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private void Append(AuditEntry entry)
    {
        var json = JsonSerializer.Serialize(entry, AuditJson.Default.AuditEntry);
        var hash = Hash(_last, json);
        var line = Encoding.UTF8.GetBytes($"{hash} {json}\n");
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
        var minute = time.ToUnixTimeSeconds() / 60;
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

    /// <summary>Hash of the last whole line, and where it ends.</summary>
    private static (string Hash, long End) Tail(FileStream file)
    {
        const int Window = 64 << 10;
        var from = Math.Max(0, file.Length - Window);
        var tail = new byte[file.Length - from];
        file.Position = from;
        file.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (end == 0)
        {
            return (Start, from == 0 ? 0 : file.Length);
        }

        var begin = tail.AsSpan(0, end - 1).LastIndexOf((byte)'\n') + 1;
        var line = Encoding.UTF8.GetString(tail.AsSpan(begin, end - 1 - begin));
        return (line.Length > 64 && line[..64].All(char.IsAsciiHexDigitLower) ? line[..64] : Start, from + end);
    }

    private static string Hash(string last, string json) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{last} {json}")));
}
