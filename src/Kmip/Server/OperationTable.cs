using Lorica.Kmip.Messages;
using Lorica.Kmip.Server.Operations;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>Which operations there are: one row each.</summary>
internal static class OperationTable
{
    private static readonly Dictionary<Operation, Run> Table = new()
    {
        [Operation.Create] = CreateOperation.Run,
        [Operation.Register] = RegisterOperation.Run,
        [Operation.Locate] = LocateOperation.Run,
        [Operation.Get] = GetOperation.Run,
        [Operation.GetAttributes] = GetAttributesOperation.Run,
        [Operation.GetAttributeList] = GetAttributeListOperation.Run,
        [Operation.AddAttribute] = AttributeChange.Add,
        [Operation.ModifyAttribute] = AttributeChange.Modify,
        [Operation.DeleteAttribute] = AttributeChange.Delete,
        [Operation.Activate] = LifecycleOperations.Activate,
        [Operation.Revoke] = LifecycleOperations.Revoke,
        [Operation.Destroy] = LifecycleOperations.Destroy,
        [Operation.Query] = QueryOperation.Run,
        [Operation.DiscoverVersions] = DiscoverVersionsOperation.Run,
    };

    /// <summary>Reads a request payload and writes what is inside the response payload.</summary>
    public delegate void Run(OperationContext context, TtlvItem payload, TtlvWriter answer);

    /// <summary>All operations, by number.</summary>
    public static IEnumerable<Operation> Supported => Table.Keys.Order();

    /// <summary>The operation, or null.</summary>
    public static Run? Find(Operation operation) => Table.GetValueOrDefault(operation);

    /// <summary>True for what changes an object that is there; reading and making others needs no turn.</summary>
    public static bool ChangesAnObject(Operation operation) => operation is Operation.AddAttribute or Operation.ModifyAttribute
        or Operation.DeleteAttribute or Operation.Activate or Operation.Revoke or Operation.Destroy;

    /// <summary>True for what concerns no object and is not audited.</summary>
    public static bool IsAboutServer(Operation operation) => operation is Operation.Query or Operation.DiscoverVersions;
}
