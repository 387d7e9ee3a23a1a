namespace Lorica.Kms.Commands;

/// <summary>The words of the command line: options with a value, and the rest in order.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _options = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];

    /// <summary>Options without a value.</summary>
    private static readonly string[] Flags = ["--yes"];

    public Arguments(IReadOnlyList<string> args)
    {
        for (int i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                _words.Add(args[i]);
                continue;
            }

            if (Flags.Contains(args[i]))
            {
                _options[args[i]] = [""];
                continue;
            }

            if (i + 1 == args.Count)
            {
                throw new KmsException(KmsErrorKind.Usage, $"{args[i]} needs a value", "see: lorica-kms --help");
            }

            if (!_options.TryGetValue(args[i], out var values))
            {
                _options[args[i]] = values = [];
            }

            values.Add(args[++i]);
        }
    }

    /// <summary>The words that are no options.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>An option's value, which must be there.</summary>
    public string Need(string option) =>
        Find(option) ?? throw new KmsException(KmsErrorKind.Usage, $"{option} is missing", "see: lorica-kms --help");

    /// <summary>An option's value, or null.</summary>
    public string? Find(string option) => _options.GetValueOrDefault(option) switch
    {
        null => null,
        [var one] => one,
        _ => throw new KmsException(KmsErrorKind.Usage, $"{option} is there more than once"),
    };

    /// <summary>Whether an option without a value is there.</summary>
    public bool Has(string flag) => _options.ContainsKey(flag);

    /// <summary>All values of an option.</summary>
    public IReadOnlyList<string> All(string option) => _options.GetValueOrDefault(option) ?? [];

    /// <summary>Refuses options and words that a command does not know.</summary>
    public void Only(int words, params string[] options)
    {
        if (_options.Keys.FirstOrDefault(o => !options.Contains(o)) is { } unknown)
        {
            throw new KmsException(KmsErrorKind.Usage, $"unknown option {unknown}", "see: lorica-kms --help");
        }

        if (_words.Count != words)
        {
            throw new KmsException(KmsErrorKind.Usage, "too many or too few words", "see: lorica-kms --help");
        }
    }
}
