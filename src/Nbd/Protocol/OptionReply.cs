namespace Lorica.Nbd.Protocol;

/// <summary>Answers to options (section "Option reply types"). The top bit marks an error.</summary>
internal enum OptionReply : uint
{
    Acknowledge = 1,
    Server = 2,
    Info = 3,
    MetaContext = 4,
    Unsupported = 0x80000001,
    Policy = 0x80000002,
    Invalid = 0x80000003,
    Unknown = 0x80000006,
    TooBig = 0x80000009,
}
