using System.Globalization;

namespace Lorica.Kms.Audit;

/// <summary>
/// Names of the files of one audit: <c>audit.log</c> is written to, <c>audit-N.log</c> are closed, N counts up.
/// </summary>
internal sealed class AuditFiles(string current)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(current))!;
    private readonly string _stem = Path.GetFileNameWithoutExtension(current) + "-";
    private readonly string _ending = Path.GetExtension(current);

    /// <summary>The one that is written to.</summary>
    public string Current => current;

    /// <summary>The next one, while it is made.</summary>
    public string Aside => current + ".tmp";

    public string Folder => _folder;

    /// <summary>Path of a closed one.</summary>
    public string PathOf(long number) => Path.Combine(_folder, NameOf(number));

    public string NameOf(long number) => _stem + number.ToString("D10", CultureInfo.InvariantCulture) + _ending;

    /// <summary>Numbers of the closed ones that are there, in order.</summary>
    public List<long> Closed()
    {
        var numbers = new List<long>();
        foreach (string path in Directory.EnumerateFiles(_folder, _stem + "*" + _ending))
        {
            string name = Path.GetFileName(path);
            if (long.TryParse(name.AsSpan(_stem.Length, name.Length - _stem.Length - _ending.Length), NumberStyles.None,
                CultureInfo.InvariantCulture, out long number) && number > 0 && name == NameOf(number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
