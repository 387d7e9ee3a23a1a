namespace Lorica.Host.Home;

/// <summary>One line of a VMX file: <c>key = "value"</c>.</summary>
internal readonly record struct VmxEntry(string Key, string Value);
