namespace Lorica.Kmip.Messages;

/// <summary>Query Function (KMIP 1.4, 9.1.3.2.24); those that this library asks or answers.</summary>
internal enum QueryFunction
{
    Operations = 1,
    Objects = 2,
    ServerInformation = 3,
    ApplicationNamespaces = 4,
    ExtensionList = 5,
    ExtensionMap = 6,
}
