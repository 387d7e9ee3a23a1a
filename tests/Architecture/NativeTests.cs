using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>Code that the compiler cannot check for memory safety stays where reviewers look for it.</summary>
public sealed partial class NativeTests
{
    /// <summary>The types that own key memory work on its pages and hand out pointers to them.</summary>
    private static readonly string[] s_mayBeUnsafe =
    [
        "src/Crypto/KeyBuffer.cs", "src/Crypto/KeyMemory.cs", "src/Crypto/KeyPipe.cs", "src/Crypto/ProcessHardening.cs",
        "src/Crypto/XtsAes256.cs",
    ];

    private static readonly IReadOnlyList<string> s_files = Repository.Files("src", "*.cs");

    [Fact]
    public void NativeFunctionsAreDeclaredInNativeFoldersOnly() =>
        Rule.NobodyBreaksIt(s_files.Where(f => !IsNative(f) && DeclaresImport().IsMatch(Repository.Read(f))));

    [Fact]
    public void UnsafeCodeIsInNativeFoldersAndInTheOwnersOfKeyMemoryOnly() =>
        Rule.NobodyBreaksIt(
            s_files.Where(f => !IsNative(f) && !s_mayBeUnsafe.Contains(f) && UnsafeKeyword().IsMatch(WithoutComments(f))));

    [Fact]
    public void UnsafeCodeSaysWhyItIsSafe() =>
        Rule.NobodyBreaksIt(s_files.Where(f => UnsafeKeyword().IsMatch(WithoutComments(f)) && !OnlyDeclares(f) && !SaysWhy(f)));

    /// <summary>Signatures and a struct that mention pointers and never follow one.</summary>
    private static bool OnlyDeclares(string path) => Path.GetFileName(path) is "Libc.cs" or "KeyBlock.cs";

    /// <summary>Here, or, for a part of a type (Type.Part.cs), in the type's main file.</summary>
    private static bool SaysWhy(string path)
    {
        var main = $"{Path.GetDirectoryName(path)}/{Path.GetFileName(path).Split('.')[0]}.cs";
        return new[] { path, main }.Any(
            f => File.Exists(Repository.Full(f)) && Repository.Read(f).Contains("SAFETY", StringComparison.Ordinal));
    }

    private static bool IsNative(string path) => path.Contains("/Native/", StringComparison.Ordinal);

    private static string WithoutComments(string path) =>
        string.Join('\n', Repository.Lines(path).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    [GeneratedRegex(@"\[\s*(DllImport|LibraryImport|System\.Runtime\.InteropServices\.(DllImport|LibraryImport))\b")]
    private static partial Regex DeclaresImport();

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex UnsafeKeyword();
}
