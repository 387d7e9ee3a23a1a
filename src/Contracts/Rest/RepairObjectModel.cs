namespace Lorica.Contracts.Rest;

/// <summary>One object in a repair.</summary>
/// <param name="Object">Its id.</param>
/// <param name="Path">Its file.</param>
/// <param name="Action"><c>none</c>, <c>adopt</c> (the record of its key counts again) or <c>refused</c>.</param>
/// <param name="Key"><c>provider/id</c> that it is about; empty when its file is plain.</param>
/// <param name="Code">Key of the fault, for programs; empty unless it is refused.</param>
/// <param name="Message">What was found.</param>
public sealed record RepairObjectModel(string Object, string Path, string Action, string Key, string Code, string Message);
