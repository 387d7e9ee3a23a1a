namespace Lorica.Architecture.Tests;

/// <summary>A failed rule names every offender: xUnit's own collection messages stop after five.</summary>
internal static class Rule
{
    public static void NobodyBreaksIt(IEnumerable<string> offenders)
    {
        var names = offenders.ToList();
        Assert.True(names.Count == 0, string.Join('\n', names.Prepend($"{names.Count} break this rule:")));
    }
}
