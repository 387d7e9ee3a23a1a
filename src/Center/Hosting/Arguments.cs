namespace Lorica.Center.Hosting;

/// <summary>Command line: options with values and switches, each at most once; anything unknown is refused.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _switches = new(StringComparer.Ordinal);

    /// <summary>Parses <paramref name="arguments"/>.</summary>
    public static Arguments Parse(IEnumerable<string> arguments, string[] options, params string[] switches)
    {
        var result = new Arguments();
        using var each = arguments.GetEnumerator();
        while (each.MoveNext())
        {
            string name = each.Current;
            if (switches.Contains(name) && result._switches.Add(name))
            {
                continue;
            }

            if (!options.Contains(name))
            {
                throw new CommandException($"Unknown or repeated argument \"{name}\". See `lorica-center --help`.");
            }

            if (!each.MoveNext() || !result._values.TryAdd(name, each.Current))
            {
                throw new CommandException($"{name} needs exactly one value.");
            }
        }

        return result;
    }

    /// <summary>Whether a switch was given.</summary>
    public bool Has(string name) => _switches.Contains(name);

    /// <summary>Value of an option that must be there.</summary>
    public string Require(string name) =>
        _values.TryGetValue(name, out string? value) && value.Length > 0
            ? value : throw new CommandException($"{name} is missing.");
}
