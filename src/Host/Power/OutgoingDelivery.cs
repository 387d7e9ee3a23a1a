using System.IO.Pipes;
using System.Runtime.InteropServices;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// Open descriptors and named secrets for a vmx, ready to be sent. The secrets have gone from key memory into a pipe, nobody
/// writes to it any more, and its reading end goes with the descriptors: from there they reach the vmx's key memory. Dispose it
/// once it is sent, or keys that nobody reads would stay in the pipe.
/// </summary>
internal sealed class OutgoingDelivery : IDisposable
{
    // What all secrets of one delivery may have in bytes: an empty pipe takes a page at least without anybody reading it.
    private const int MaximumSecretBytes = 4096;

    private readonly IReadOnlyList<SafeFileHandle> _descriptors;
    private readonly SafePipeHandle? _secrets;

    /// <param name="descriptors">Stay the caller's.</param>
    /// <param name="secrets">Stay the caller's.</param>
    public OutgoingDelivery(
        IReadOnlyList<SafeFileHandle> descriptors, IReadOnlyList<(string Name, KeyBuffer Key)> secrets)
    {
        _descriptors = descriptors;
        Message = new VmxDelivery { Descriptors = descriptors.Count };
        Message.Secrets.AddRange(secrets.Select(s => new VmxSecret { Name = s.Name, Length = s.Key.Length }));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secrets.Sum(s => s.Key.Length), MaximumSecretBytes);
        if (secrets.Count == 0)
            return;
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);

        // The stream leaves an end that was looked at to whoever looked.
        _secrets = pipe.ClientSafePipeHandle;
        try
        {
            foreach (var (_, key) in secrets)
                KeyPipe.Write((int)pipe.SafePipeHandle.DangerousGetHandle(), key);
        }
        catch
        {
            _secrets.Dispose();
            throw;
        }
    }

    /// <summary>What it says of itself.</summary>
    public VmxDelivery Message { get; }

    /// <summary>What goes with the message.</summary>
    public IReadOnlyList<SafeHandle> Handles => _secrets is null ? [.. _descriptors] : [.. _descriptors, _secrets];

    /// <summary>What the vmx calls each of the descriptors, as it answers.</summary>
    /// <exception cref="IOException">The answer is none.</exception>
    public Func<SafeFileHandle, int> NumbersOf(VmxDelivered? answer)
    {
        var numbers = answer?.Numbers ?? [];
        if (numbers.Count != _descriptors.Count || numbers.Any(n => n < 3) || numbers.Distinct().Count() != numbers.Count)
            throw new IOException("The vmx does not name the descriptors that it got.");
        return handle => numbers[IndexOf(handle)];
    }

    /// <inheritdoc/>
    public void Dispose() => _secrets?.Dispose();

    private int IndexOf(SafeFileHandle handle)
    {
        for (int i = 0; i < _descriptors.Count; i++)
        {
            if (ReferenceEquals(_descriptors[i], handle))
                return i;
        }

        throw new ArgumentException("The descriptor was not delivered.", nameof(handle));
    }
}
