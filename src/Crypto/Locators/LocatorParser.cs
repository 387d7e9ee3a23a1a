namespace Lorica.Crypto.Locators;

/// <summary>Reads locators from hostile text: one pass, bounded depth and items, every position checked.</summary>
internal ref struct LocatorParser
{
    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private LocatorParser(ReadOnlySpan<char> text) => _text = text;

    public static KeyLocator Parse(string text)
    {
        if (text.Length > KeyLocator.LargestText)
        {
            throw Malformed($"{text.Length} characters are more than {KeyLocator.LargestText}");
        }

        if (!text.StartsWith(KeyLocator.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Malformed($"it does not begin with \"{KeyLocator.Prefix}\"");
        }

        var parser = new LocatorParser(text) { _at = KeyLocator.Prefix.Length };
        var locator = parser.Node(depth: 1);
        return parser._at == text.Length ? locator : throw parser.Unexpected("the end");
    }

    private KeyLocator Node(int depth)
    {
        if (depth > KeyLocator.DeepestNesting)
        {
            throw Malformed($"it is nested deeper than {KeyLocator.DeepestNesting}");
        }

        if (Take(FqidLocator.Word))
        {
            return Fqid();
        }

        if (Take(PhraseLocator.Word))
        {
            return Phrase();
        }

        if (Take(ListLocator.Word))
        {
            return List(depth);
        }

        return Take(PairLocator.Word) ? Pair(depth) : throw Unexpected("fqid, phrase, list or pair");
    }

    private FqidLocator Fqid()
    {
        string provider = NonEmpty("provider");
        Require('/');
        return new FqidLocator(new KeyId(provider, NonEmpty("key id")));
    }

    private PhraseLocator Phrase()
    {
        string id = Escaped();
        Require('/');
        return new PhraseLocator(id, Escaped());
    }

    private ListLocator List(int depth)
    {
        var items = new List<KeyLocator>(KeyLocator.MostItems);
        do
        {
            if (items.Count == KeyLocator.MostItems)
            {
                throw Malformed($"a list has more than {KeyLocator.MostItems} items");
            }

            items.Add(Node(depth + 1));
        }
        while (Take(","));

        Require(')');
        return new ListLocator(items);
    }

    private PairLocator Pair(int depth)
    {
        var locker = Node(depth + 1);
        Require(',');
        string seal = NonEmpty("name of a seal");
        Require(',');
        byte[] payload = Base64();
        Require(')');
        return new PairLocator(locker, seal, payload);
    }

    private byte[] Base64()
    {
        string text = Escaped();
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];

        // The platform's decoder passes over white space and stray bits; only the one proper spelling is taken.
        return Convert.TryFromBase64String(text, bytes, out int length)
            && Convert.ToBase64String(bytes.AsSpan(0, length)).Equals(text, StringComparison.Ordinal)
            ? bytes[..length]
            : throw Malformed("a payload is not base64");
    }

    private string NonEmpty(string what)
    {
        string text = Escaped();
        return text.Length > 0 ? text : throw Malformed($"an empty {what}");
    }

    private string Escaped()
    {
        var rest = _text[_at..];
        int end = rest.IndexOfAny("/,()");
        var piece = end < 0 ? rest : rest[..end];
        if (!LocatorText.TryUnescape(piece, out string? text))
        {
            throw Malformed($"a bad escape after position {_at}");
        }

        _at += piece.Length;
        return text;
    }

    private bool Take(string word)
    {
        if (!_text[_at..].StartsWith(word, StringComparison.Ordinal))
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    private void Require(char c)
    {
        if (_at >= _text.Length || _text[_at] != c)
        {
            throw Unexpected($"'{c}'");
        }

        _at++;
    }

    private readonly CryptoException Unexpected(string wanted) => Malformed($"{wanted} expected at position {_at}");

    private static CryptoException Malformed(string why) => new(CryptoErrorKind.MalformedLocator, $"Not a key locator: {why}.");
}
