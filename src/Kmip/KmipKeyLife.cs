namespace Lorica.Kmip;

/// <summary>
/// Where a key stands in its life: its state, and the dates that end it. Dates are null when the server has none.
/// </summary>
/// <param name="State">State now.</param>
/// <param name="ProtectStop">From then on it is not for encrypting.</param>
/// <param name="Deactivation">From then on it is deactivated.</param>
/// <param name="Destroy">When it was or will be destroyed.</param>
/// <param name="Compromise">When it was found to be compromised.</param>
public sealed record KmipKeyLife(
    KmipKeyState State, DateTimeOffset? ProtectStop, DateTimeOffset? Deactivation, DateTimeOffset? Destroy,
    DateTimeOffset? Compromise);
