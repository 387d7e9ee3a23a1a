namespace Lorica.Vmx;

/// <summary>One line each on standard error, for the host's log. Never guest data, never a key.</summary>
internal static class Log
{
    public static void Write(string vm, string text)
    {
        try
        {
            Console.Error.WriteLine($"lorica-vmx {vm[..Math.Min(8, vm.Length)]}: {text.ReplaceLineEndings(" ")}");
        }
        catch (IOException)
        {
            // The host that read it is gone; the guest goes on.
        }
    }
}
