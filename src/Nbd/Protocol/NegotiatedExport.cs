namespace Lorica.Nbd.Protocol;

/// <summary>What the handshake ended with: the rules of this connection.</summary>
internal readonly record struct NegotiatedExport(NbdExport Export, bool StructuredReplies, bool AllocationContext);
