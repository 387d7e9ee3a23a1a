namespace Lorica.Model;

/// <summary>A key in a host's memory.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Kcv">Check value that the host computed.</param>
/// <param name="Pinned">A powered-on VM needs it.</param>
public sealed record HeldKey(KeyName Key, string Kcv, bool Pinned);
