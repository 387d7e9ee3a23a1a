namespace Lorica.Kmip.Messages;

/// <summary>Batch Error Continuation Option (KMIP 1.1, 6.13).</summary>
internal enum BatchContinuation
{
    Continue = 1,
    Stop = 2,
    Undo = 3,
}
