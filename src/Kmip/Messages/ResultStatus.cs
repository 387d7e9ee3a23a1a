namespace Lorica.Kmip.Messages;

/// <summary>Result Status (KMIP 1.4, 9.1.3.2.28).</summary>
internal enum ResultStatus
{
    Success = 0,
    OperationFailed = 1,
    OperationPending = 2,
    OperationUndone = 3,
}
