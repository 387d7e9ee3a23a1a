namespace Lorica.Model;

/// <summary>The words of a closed set, one for each member.</summary>
/// <typeparam name="T">An enum.</typeparam>
public sealed class WordSet<T>
    where T : struct, Enum
{
    private readonly Dictionary<T, string> _words;
    private readonly Dictionary<string, T> _members;

    /// <param name="words">Each member with its word; a member without one, or a word used twice, is a mistake.</param>
    public WordSet(params ReadOnlySpan<(T Member, string Word)> words)
    {
        _words = new Dictionary<T, string>(words.Length);
        _members = new Dictionary<string, T>(words.Length, StringComparer.Ordinal);
        foreach (var (member, word) in words)
        {
            _words.Add(member, word);
            _members.Add(word, member);
        }

        if (!_words.Keys.ToHashSet().SetEquals(Enum.GetValues<T>()))
        {
            throw new ArgumentException($"A member of {typeof(T).Name} has no word.", nameof(words));
        }
    }

    /// <summary>The word of a member; what is no member throws.</summary>
    public string this[T member] => _words.TryGetValue(member, out string? word)
        ? word : throw new ArgumentOutOfRangeException(nameof(member), member, $"A {typeof(T).Name} without a word.");

    /// <summary>The member of a word; null for what is none.</summary>
    public T? Find(string word) => _members.TryGetValue(word, out var member) ? member : null;
}
