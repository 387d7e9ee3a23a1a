using System.Runtime.InteropServices;

namespace Lorica.Platform.Native;

/// <summary>Linux error numbers that decide what happens next (the same on x86-64 and arm64).</summary>
public static class Errno
{
    public const int NoEntry = 2;
    public const int Interrupted = 4;

    public const int TryAgain = 11;
    public const int NoSuchDeviceOrAddress = 6;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int InvalidArgument = 22;
    public const int FileTooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnlyStorage = 30;
    public const int NameTooLong = 36;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int Loop = 40;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    /// <summary>The error number of an exception of this library, and of those of .NET's files that tell it.</summary>
    public static int Of(IOException e) => e.HResult;

    /// <summary>The exception for the call that failed last on this thread; its HResult is the error number.</summary>
    internal static IOException Failure(string what, string name) =>
        new($"Cannot {what} {name}: {Marshal.GetLastPInvokeErrorMessage()}.", Marshal.GetLastPInvokeError());
}
