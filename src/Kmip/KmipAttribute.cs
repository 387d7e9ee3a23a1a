namespace Lorica.Kmip;

/// <summary>One attribute of an object as the server gave it. Never key material.</summary>
/// <param name="Name">The attribute's name, such as "State" or "x-Identifier".</param>
/// <param name="Index">Attribute Index; null when the server sent none (single-valued).</param>
/// <param name="Text">
/// The value as text: text strings and the Name Value of a Name as they are, numbers in decimal, dates in ISO 8601 (UTC),
/// byte strings in hex; other structures as "name=value" pairs.
/// </param>
/// <param name="Number">The value as a number for integers, enumerations, masks, booleans, intervals and dates (Unix
/// seconds).</param>
public sealed record KmipAttribute(string Name, int? Index, string Text, long? Number);
