using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>
/// A test waits for an event, moves a clock of its own, or looks by <c>Wait.UntilAsync</c>, which says what it waited for. Time
/// that just goes by is too short on a slow machine and lost on a fast one.
/// </summary>
public sealed partial class DelayTests
{
    /// <summary>Where it goes by. The list may only become shorter.</summary>
    private static readonly string[] MayDelay =
    [
        // The parties of an episode go on by themselves for a random while: whatever comes of it must be right.
        "tests/ControlPlane/Keys/TroubledWorld.cs",

        // Threads work with keys for a given time before their memory is searched.
        "tests/Crypto/Holder/Work.cs",

        // The lock stays taken while the host tries for a while: nothing tells that it goes on not getting it.
        "tests/Host/Power/EndedRunTests.cs",

        // A process is killed at a random moment of its work, which is not told of its steps.
        "tests/Host/Jobs/KilledJobsTests.cs",
        "tests/Kms/Commands/ServeTests.cs",
        "tests/System/CenterKilledInCopiesTests.cs",
        "tests/System/CenterKilledTests.cs",
        "tests/System/InterruptedJobTests.cs",
        "tests/System/InterruptedMigrationTests.cs",
        "tests/System/JoiningTests.cs",
        "tests/System/Model/World.Trouble.cs",

        // The one place that waits by looking.
        "tests/Testing/Wait.cs",
    ];

    [Fact]
    public void Time_goes_by_only_where_the_list_says_why() => Assert.Equal(
        MayDelay.Order(StringComparer.Ordinal),
        Repository.Files("tests", "*.cs")
            .Where(f => Repository.RoomOf(f) != "Architecture" && Delays().IsMatch(Repository.Read(f))));

    /// <summary>Also a delay that is only a limit for something else: <c>WaitAsync</c> says it failed.</summary>
    [GeneratedRegex(@"\bTask\.Delay\b|\bThread\.(Sleep|SpinWait)\b|\bSpinWait\b|\bPeriodicTimer\b")]
    private static partial Regex Delays();
}
