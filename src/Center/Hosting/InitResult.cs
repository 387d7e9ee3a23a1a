namespace Lorica.Center.Hosting;

/// <summary>The JSON line of <c>init</c>.</summary>
/// <param name="User">The first administrator.</param>
/// <param name="Password">Random, shown this once; absent when it came from standard input.</param>
/// <param name="SpkiSha256">Pin of the center.</param>
/// <param name="Certificate">Path of the center's certificate.</param>
/// <param name="Key">Path of its key.</param>
/// <param name="Ca">Path of the CA's certificate.</param>
internal sealed record InitResult(string User, string? Password, string SpkiSha256, string Certificate, string Key, string Ca);
