namespace Lorica.Contracts.Rest;

/// <summary>One check before an operation.</summary>
/// <param name="Name"><c>rules</c>, <c>center</c>, <c>kms</c>, <c>certificate</c>, <c>space</c>, …</param>
/// <param name="Result"><c>ok</c>, <c>warning</c> or <c>refused</c>.</param>
/// <param name="Code">Key of the fault, for programs; empty when ok.</param>
/// <param name="Message">What was found.</param>
/// <param name="Hint">The way out.</param>
public sealed record PreflightCheckModel(string Name, string Result, string Code, string Message, string Hint);
