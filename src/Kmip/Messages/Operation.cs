namespace Lorica.Kmip.Messages;

/// <summary>Operation (KMIP 1.4, 9.1.3.2.27). Values not named here can occur.</summary>
internal enum Operation
{
    Create = 1,
    CreateKeyPair = 2,
    Register = 3,
    ReKey = 4,
    DeriveKey = 5,
    Locate = 8,
    Check = 9,
    Get = 10,
    GetAttributes = 11,
    GetAttributeList = 12,
    AddAttribute = 13,
    ModifyAttribute = 14,
    DeleteAttribute = 15,
    Activate = 18,
    Revoke = 19,
    Destroy = 20,
    Query = 24,
    DiscoverVersions = 30,
}
