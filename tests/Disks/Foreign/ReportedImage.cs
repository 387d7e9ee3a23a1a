namespace Lorica.Disks.Tests.Foreign;

/// <summary>One image and what is expected of it.</summary>
public sealed record ReportedImage(string Id, string File, string Expect, string? Sha256, long? Size);
