using System.Text;
using System.Text.Unicode;
using Lorica.Crypto;

namespace Lorica.Broker.Providers;

/// <summary>
/// User name and password towards a KMS: "user LF password", UTF-8, in key memory. The password never leaves it as a string.
/// </summary>
internal sealed class Credential : IDisposable
{
    /// <summary>Longest user name or password, in bytes.</summary>
    public const int Maximum = 1024;

    private readonly KeyBuffer _text;
    private readonly int _line;

    private Credential(KeyBuffer text, int line)
    {
        (_text, _line) = (text, line);
        User = Encoding.UTF8.GetString(text.Span[..line]);
    }

    /// <summary>The name, which is no secret.</summary>
    public string User { get; }

    /// <summary>Valid until this is disposed.</summary>
    public ReadOnlySpan<byte> Password => _text.Span[(_line + 1)..];

    /// <summary>Reads <paramref name="text"/>, and is disposed with it; null when it is something else.</summary>
    public static Credential? Read(KeyBuffer text)
    {
        int line = text.Span.IndexOf((byte)'\n');
        return line is > 0 and <= Maximum && text.Length - line - 1 <= Maximum && Utf8.IsValid(text.Span)
            ? new Credential(text, line)
            : null;
    }

    /// <inheritdoc />
    public void Dispose() => _text.Dispose();
}
