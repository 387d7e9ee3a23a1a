using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>Code that the compiler cannot check for memory safety stays where reviewers look for it.</summary>
public sealed partial class NativeTests
{
    /// <summary>The types that own key memory work on its pages and hand out pointers to them.</summary>
    private static readonly string[] MayBeUnsafe =
    [
        "src/Crypto/KeyBuffer.cs", "src/Crypto/KeyMemory.cs", "src/Crypto/KeyPipe.cs", "src/Crypto/ProcessHardening.cs",
        "src/Crypto/XtsAes256.cs",
    ];

    private static readonly IReadOnlyList<string> Files = Repository.Files("src", "*.cs");

    /// <summary>Crypto knows no other room, and key memory has its own few.</summary>
    private static readonly string[] MayDeclare = ["src/Platform/Native/", "src/Crypto/Native/"];

    /// <summary>Functions with a variable list of arguments are declared once for each use.</summary>
    private static readonly string[] Variable = ["syscall", "fcntl"];

    [Fact]
    public void Native_functions_are_declared_by_platform_and_crypto_only() => Rule.NobodyBreaksIt(Files
        .Where(f => !MayDeclare.Any(p => f.StartsWith(p, StringComparison.Ordinal))
            && DeclaresImport().IsMatch(Repository.Read(f))));

    [Fact]
    public void A_function_of_libc_is_declared_once() => Rule.NobodyBreaksIt(Files
        .Where(f => f.StartsWith("src/Platform/", StringComparison.Ordinal))
        .SelectMany(f => EntryPoint().Matches(Repository.Read(f)).Select(m => m.Groups["name"].Value))
        .GroupBy(name => name, StringComparer.Ordinal)
        .Where(g => g.Count() > 1 && !Variable.Contains(g.Key)).Select(g => g.Key));

    [Fact]
    public void Unsafe_code_is_in_native_folders_and_in_the_owners_of_key_memory_only() =>
        Rule.NobodyBreaksIt(
            Files.Where(f => !IsNative(f) && !MayBeUnsafe.Contains(f) && UnsafeKeyword().IsMatch(WithoutComments(f))));

    [Fact]
    public void Unsafe_code_says_why_it_is_safe() =>
        Rule.NobodyBreaksIt(Files.Where(f => UnsafeKeyword().IsMatch(WithoutComments(f)) && !OnlyDeclares(f) && !SaysWhy(f)));

    /// <summary>Signatures and a struct that mention pointers and never follow one.</summary>
    private static bool OnlyDeclares(string path) => Path.GetFileName(path) is "Libc.cs" or "KeyBlock.cs";

    /// <summary>Here, or, for a part of a type (Type.Part.cs), in the type's main file.</summary>
    private static bool SaysWhy(string path)
    {
        string main = $"{Path.GetDirectoryName(path)}/{Path.GetFileName(path).Split('.')[0]}.cs";
        return new[] { path, main }.Any(
            f => File.Exists(Repository.Full(f)) && Repository.Read(f).Contains("SAFETY", StringComparison.Ordinal));
    }

    private static bool IsNative(string path) => path.Contains("/Native/", StringComparison.Ordinal);

    private static string WithoutComments(string path) =>
        string.Join('\n', Repository.Lines(path).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    [GeneratedRegex(@"\[\s*(DllImport|LibraryImport|System\.Runtime\.InteropServices\.(DllImport|LibraryImport))\b")]
    private static partial Regex DeclaresImport();

    [GeneratedRegex(@"EntryPoint = ""(?<name>\w+)""")]
    private static partial Regex EntryPoint();

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex UnsafeKeyword();
}
