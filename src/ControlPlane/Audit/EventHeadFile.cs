using System.Globalization;
using System.Text;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.Platform.Files;

namespace Lorica.ControlPlane.Audit;

/// <summary>
/// <c>events.head</c> beside the database: <c>NUMBER:HASH</c> of an event that was the last one once. It stands apart from the
/// database, so a database that was cut, or put back from before, is noticed. A <see cref="DurableFile"/>: a crash leaves the
/// older head or the newer one, and both are right, since the log holds both.
/// </summary>
internal static class EventHeadFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "events.head";

    private const int Maximum = 200;

    /// <summary>Writes it.</summary>
    public static Task WriteAsync(string folder, EventHeadModel head, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        DurableFile.Replace(Path.Combine(folder, Name),
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head.Number}:{head.Hash}\n")));
        return Task.CompletedTask;
    }

    /// <summary>Reads it; null when there is none.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static async Task<EventHeadModel?> ReadAsync(string folder, CancellationToken ct)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            return null;
        }

        string text = new FileInfo(path).Length <= Maximum ? (await File.ReadAllTextAsync(path, ct)).Trim() : "";
        return text.Split(':') is [var number, { Length: 2 * EventChain.HashSize } hash]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed)
            ? new EventHeadModel(parsed, hash)
            : throw new FormatException($"{path} is damaged.");
    }
}
