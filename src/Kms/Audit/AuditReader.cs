using System.Text;
using System.Text.Json;

namespace Lorica.Kms.Audit;

/// <summary>Reads all files of an audit in their order, also while a server writes to them and closes one.</summary>
internal static class AuditReader
{
    private const int Tries = 10;

    /// <summary>Checks the chain over all files.</summary>
    public static AuditCheck Check(string path)
    {
        var files = new AuditFiles(path);
        var (last, lines, before, removed) = (AuditLog.Start, 0L, 0L, 0L);
        var there = new HashSet<long>();
        var opened = Open(files);
        try
        {
            foreach (var (number, file) in opened)
            {
                bool first = true;
                using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
                while (reader.ReadLine() is { } line)
                {
                    lines++;
                    if (first && Link(line) is { } link)
                    {
                        removed = Math.Max(removed, link.RemovedUpTo);
                        before = Math.Max(before, link.Before);
                        last = there.Contains(link.Before) ? last : link.Hash;
                        if (last != link.Hash || (number is { } own && own != link.Before + 1))
                        {
                            return Result(lines);
                        }
                    }

                    if (line.Length <= 65 || line[64] != ' ' || AuditLog.Hash(last, line[65..]) != line[..64])
                    {
                        return Result(lines);
                    }

                    (last, first) = (line[..64], false);
                }

                if (number is { } closed)
                {
                    there.Add(closed);
                    before = Math.Max(before, closed);
                }

                AuditCheck Result(long? broken) => new(
                    lines, opened.Count, broken, number is { } n ? files.NameOf(n) : Path.GetFileName(path),
                    [], removed);
            }

            return new(lines, opened.Count, null, "", Missing(), removed);
        }
        finally
        {
            opened.ForEach(o => o.File.Dispose());
        }

        List<string> Missing()
        {
            var all = opened.Where(o => o.Number is not null).Select(o => o.Number!.Value).ToHashSet();
            var missing = new List<string>();
            for (long n = removed + 1; n <= before && missing.Count < 100; n++)
            {
                if (!all.Contains(n))
                {
                    missing.Add(files.NameOf(n));
                }
            }

            // Between two names of a rotation the next file is there aside.
            if (all.Count > 0 && opened.TrueForAll(o => o.Number is not null) && !File.Exists(files.Aside))
            {
                missing.Add(Path.GetFileName(path));
            }

            return missing;
        }
    }

    /// <summary>When each owner last did something, with the name of its client then; lines that are none are skipped.</summary>
    public static IReadOnlyCollection<(string Owner, DateTimeOffset Time, string Client)> LastSeen(string path)
    {
        var seen = new Dictionary<string, (string Owner, DateTimeOffset Time, string Client)>(StringComparer.Ordinal);
        var opened = Open(new(path));
        try
        {
            foreach (var (_, file) in opened)
            {
                using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
                while (reader.ReadLine() is { } line)
                {
                    if (Entry(line) is { Owner.Length: > 0, Operation: not "HandOver" } entry)
                    {
                        seen[entry.Owner] = (entry.Owner, entry.Time, entry.Client);
                    }
                }
            }
        }
        finally
        {
            opened.ForEach(o => o.File.Dispose());
        }

        return seen.Values;
    }

    /// <summary>What the first line of a file says of the file before; null when it is the first, or not there.</summary>
    public static AuditLink? LinkOf(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var reader = new StreamReader(Read(path), Encoding.UTF8);
        return reader.ReadLine() is { } line ? Link(line) : null;
    }

    private static AuditLink? Link(string line) => AuditLink.Of(Entry(line));

    private static AuditEntry? Entry(string line)
    {
        try
        {
            return line.Length > 65 ? JsonSerializer.Deserialize(line[65..], AuditJson.Default.AuditEntry) : null;
        }
        catch (JsonException)
        {
            // Torn or edited: the check says so.
            return null;
        }
    }

    /// <summary>
    /// Opens all files before any is read. A server that closes one meanwhile changes the list, which then is made again.
    /// </summary>
    private static List<(long? Number, FileStream File)> Open(AuditFiles files)
    {
        for (int attempt = 1; ; attempt++)
        {
            var opened = new List<(long? Number, FileStream File)>();
            var closed = Directory.Exists(files.Folder) ? files.Closed() : [];
            try
            {
                opened.AddRange(closed.Select(n => ((long?)n, Read(files.PathOf(n)))));
                if (File.Exists(files.Current))
                {
                    opened.Add((null, Read(files.Current)));
                }

                bool steady = closed.SequenceEqual(files.Closed()) && (
                    closed.Count == 0 || opened.Count > closed.Count || File.Exists(files.Aside));
                if (steady || attempt == Tries)
                {
                    return opened;
                }
            }
            catch (FileNotFoundException) when (attempt < Tries)
            {
                // Closed or removed at this moment.
            }

            opened.ForEach(o => o.File.Dispose());
        }
    }

    private static FileStream Read(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
