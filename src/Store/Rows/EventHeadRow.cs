namespace Lorica.Store.Rows;

/// <summary>The head of the chain of events, written with each event: a cut tail shows.</summary>
public sealed class EventHeadRow
{
    /// <summary>Always 1.</summary>
    public int Id { get; set; }

    /// <summary>Number of the last event; 0 for none.</summary>
    public long Number { get; set; }

    /// <summary>Its hash; 32 zero bytes before the first.</summary>
    public byte[] Hash { get; set; } = [];
}
