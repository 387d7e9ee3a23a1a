namespace Lorica.Disks;

/// <summary>The words of <see cref="TransitionMethod"/> in descriptors.</summary>
internal static class TransitionMethods
{
    public static string Word(this TransitionMethod method) => method switch
    {
        TransitionMethod.Journal => "journal",
        TransitionMethod.Checksum => "checksum",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "A method without a word."),
    };

    /// <summary>The method of a word; null for what is none.</summary>
    public static TransitionMethod? Parse(string word) => word switch
    {
        "journal" => TransitionMethod.Journal,
        "checksum" => TransitionMethod.Checksum,
        _ => null,
    };
}
