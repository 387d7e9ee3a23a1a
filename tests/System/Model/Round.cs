namespace Lorica.SystemTests.Model;

/// <summary>One act per VM, all at once, and what goes wrong meanwhile.</summary>
/// <param name="Acts">The act on VM 0, 1, …</param>
/// <param name="Trouble">What goes wrong.</param>
/// <param name="AfterMs">When, in milliseconds after the acts began.</param>
internal sealed record Round(Act[] Acts, Trouble Trouble, int AfterMs)
{
    /// <summary>The first host dies.</summary>
    public bool FirstHostDies => Trouble is Trouble.HostKilled or Trouble.KeylessHost || CenterAndHostDie;

    /// <summary>The center dies together with it.</summary>
    public bool CenterAndHostDie => Trouble is Trouble.PowerCut or Trouble.Withdrawn or Trouble.StateLost;

    /// <summary>The key server stops in the middle, and returns in the middle.</summary>
    public bool KmsBlinks => Trouble is Trouble.KmsRefuses or Trouble.KeylessHost;

    /// <summary>Somebody else than the administrator asks, whose permission may be withdrawn meanwhile.</summary>
    public bool OperatorAsks => CenterAndHostDie || Trouble == Trouble.Refused;

    /// <summary>Who asked may nothing any more when it happens.</summary>
    public bool Withdraws => Trouble is Trouble.Refused or Trouble.Withdrawn;

    /// <summary>How an act ends is up to the moment; what it leaves is not.</summary>
    public bool Disturbs => FirstHostDies || KmsBlinks || OperatorAsks
        || Trouble is Trouble.SecondHostKilled or Trouble.CenterKilled or Trouble.DiskFull;

    public override string ToString() => $"[{string.Join(' ', Acts)}] {Trouble} after {AfterMs} ms";
}
