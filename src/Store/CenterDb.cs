using Lorica.Model;
using Lorica.Store.Engines;

namespace Lorica.Store;

/// <summary>
/// One look at the center's database, or one transaction on it: queries by resource. It lives as long as the call of
/// <see cref="CenterStore"/> that gave it; rows that it answers in a transaction are tracked, and saved when that ends.
/// </summary>
public sealed class CenterDb
{
    internal CenterDb(CenterContext context) => Raw = context;

    /// <summary>
    /// On whose behalf this unit of work is, for the events in it; null: of <see cref="CurrentCaller"/>.
    /// </summary>
    internal Caller? Caller { get; set; }

    /// <summary>The engine's context.</summary>
    internal CenterContext Raw { get; }
}
