using CsCheck;

namespace Lorica.SystemTests.Model;

/// <summary>Random plans; the same seed gives the same plan.</summary>
internal static class Plans
{
    public const int Vms = 6;

    private static readonly Gen<Act> AnyAct = Gen.Frequency(
        (1, Gen.Const(Act.ImportPlain)), (1, Gen.Const(Act.ImportEncrypted)), (2, Gen.Const(Act.Clone)),
        (5, Gen.Const(Act.Encrypt)), (4, Gen.Const(Act.Decrypt)), (5, Gen.Const(Act.Recrypt)), (4, Gen.Const(Act.RecryptDeep)),
        (3, Gen.Const(Act.ChangeDisk)), (2, Gen.Const(Act.Relocate)), (2, Gen.Const(Act.Migrate)), (2, Gen.Const(Act.Reregister)),
        (1, Gen.Const(Act.PowerOn)), (3, Gen.Const(Act.PowerOff)), (1, Gen.Const(Act.Remove)), (1, Gen.Const(Act.Show)));

    private static readonly Gen<Trouble> AnyTrouble = Gen.Frequency(
        (60, Gen.Const(Trouble.None)), (4, Gen.Const(Trouble.HostKilled)), (2, Gen.Const(Trouble.SecondHostKilled)),
        (3, Gen.Const(Trouble.CenterKilled)), (2, Gen.Const(Trouble.KmsLeaves)), (6, Gen.Const(Trouble.KmsReturns)),
        (2, Gen.Const(Trouble.WrongKey)), (2, Gen.Const(Trouble.DiskFull)));

    private static readonly Gen<Round> AnyRound =
        Gen.Select(AnyAct.Array[Vms], AnyTrouble, Gen.Int[0, 400], (acts, trouble, after) => new Round(acts, trouble, after));

    /// <summary>A plan of <paramref name="rounds"/> rounds.</summary>
    public static Round[] Make(string seed, int rounds) =>
        [.. AnyRound.Array[rounds].Generate(PCG.Parse(seed), null, out _).Select(Refine)];

    /// <summary>A seed by chance, as <see cref="Make"/> takes it.</summary>
    public static string NewSeed()
    {
        var pcg = PCG.ThreadPCG;
        pcg.Next();
        return pcg.ToString();
    }

    /// <summary>
    /// What was thought of after the first plans were kept: it is laid over a plan, by the moment that was drawn, so that a kept
    /// seed goes on to give the acts that it gave.
    /// </summary>
    private static Round Refine(Round round) => round with
    {
        Acts = [.. round.Acts.Select((a, i) => a == Act.ImportEncrypted && (round.AfterMs + i) % 2 == 0 ? Act.Create : a)],
        Trouble = (round.Trouble, round.AfterMs % 16) switch
        {
            (Trouble.CenterKilled, 0 or 4 or 8 or 12) => Trouble.Withdrawn,
            (Trouble.CenterKilled, 2 or 10) => Trouble.PowerCut,
            (Trouble.CenterKilled, 6 or 14) or (Trouble.HostKilled, 2 or 6 or 10 or 14) => Trouble.StateLost,
            (Trouble.HostKilled, 0 or 4 or 8 or 12) => Trouble.KeylessHost,
            (Trouble.None, 0) => Trouble.Refused,
            (Trouble.None, 8) => Trouble.KmsRefuses,
            (Trouble.None, 4) when round.AfterMs % 32 == 4 => Trouble.StateLost,
            _ => round.Trouble,
        },
    };

    /// <summary>The seed that follows.</summary>
    public static string After(string seed)
    {
        var pcg = PCG.Parse(seed);
        pcg.Next();
        return pcg.ToString();
    }
}
