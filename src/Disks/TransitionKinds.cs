namespace Lorica.Disks;

/// <summary>The words of <see cref="TransitionKind"/>, in descriptors and for people.</summary>
public static class TransitionKinds
{
    /// <summary>The word of a kind.</summary>
    public static string Word(this TransitionKind kind) => kind switch
    {
        TransitionKind.Encrypt => "encrypt",
        TransitionKind.Decrypt => "decrypt",
        TransitionKind.Rekey => "rekey",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of transition without a word."),
    };

    /// <summary>The kind of a word; null for what is none.</summary>
    internal static TransitionKind? Parse(string word) => word switch
    {
        "encrypt" => TransitionKind.Encrypt,
        "decrypt" => TransitionKind.Decrypt,
        "rekey" => TransitionKind.Rekey,
        _ => null,
    };
}
