using Lorica.Contracts.Vmx;
using Lorica.Platform.Native;
using Lorica.Vmx.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Deliveries;

/// <summary>
/// Descriptors and named secrets that the host has handed over. Each secret goes from the pipe straight into key memory; nothing
/// is read ahead, so that no key byte ever lies in an ordinary buffer. Owns what nobody has taken.
/// </summary>
internal sealed class Delivery : IDisposable
{
    private const int MaximumSecrets = 256, MaximumSecretBytes = 256;

    // The host has closed it before it sends, or does so at once afterwards.
    private static readonly TimeSpan PipeLimit = TimeSpan.FromSeconds(5);

    private readonly List<SafeFileHandle> _descriptors;
    private bool _taken;

    private Delivery(List<SafeFileHandle> descriptors, SecretSet secrets) => (_descriptors, Secrets) = (descriptors, secrets);

    /// <summary>The secrets by name.</summary>
    public SecretSet Secrets { get; }

    /// <summary>What the vmx calls its descriptors.</summary>
    public VmxDelivered Answer => new() { Numbers = { _descriptors.Select(d => (int)d.DangerousGetHandle()) } };

    /// <summary>
    /// Takes a delivery in, or refuses it whole. Waits until the host has closed the pipe of the secrets, some seconds at most.
    /// </summary>
    /// <param name="message">What it says of itself.</param>
    /// <param name="came">The descriptors that came with it; this method's in any case.</param>
    public static Delivery Open(VmxDelivery message, IReadOnlyList<SafeFileHandle> came)
    {
        var descriptors = came.ToList();
        var secrets = new SecretSet();
        try
        {
            int pipes = message.Secrets.Count > 0 ? 1 : 0;
            Require(message.Secrets.Count <= MaximumSecrets, "it names too many secrets");
            Require(message.Descriptors >= 0 && descriptors.Count == (long)message.Descriptors + pipes,
                $"{descriptors.Count} descriptors came, not those that it counts");
            foreach (var secret in message.Secrets)
            {
                Require(SecretName.IsValid(secret.Name), "a secret has a name that is no LABEL/N");
                Require(secret.Length is > 0 and <= MaximumSecretBytes, "the length of a secret is out of bounds");
            }

            if (pipes > 0)
            {
                using var pipe = descriptors[^1];
                descriptors.RemoveAt(descriptors.Count - 1);
                ReadSecrets(pipe, message, secrets);
            }

            return new Delivery(descriptors, secrets);
        }
        catch
        {
            secrets.Dispose();
            descriptors.ForEach(d => d.Dispose());
            throw;
        }
    }

    /// <summary>From here on the descriptors belong to whoever has their numbers, and the secrets to the caller.</summary>
    public SecretSet Take()
    {
        _taken = true;
        _descriptors.ForEach(d => d.SetHandleAsInvalid());
        return Secrets;
    }

    public void Dispose()
    {
        if (_taken)
            return;
        _descriptors.ForEach(d => d.Dispose());
        Secrets.Dispose();
    }

    private static void ReadSecrets(SafeFileHandle pipe, VmxDelivery message, SecretSet secrets)
    {
        Require(FileDescriptors.WaitEnd(pipe, (int)PipeLimit.TotalMilliseconds), "its pipe is none, or is not closed");
        int fd = (int)pipe.DangerousGetHandle();
        foreach (var secret in message.Secrets)
            Require(secrets.TryRead(secret.Name, fd, secret.Length), "two secrets have one name");
        Require(Pipe.IsAtEnd(fd), "its pipe holds more than its secrets");
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
            throw new VmxException(VmxErrorKind.BadConfig, $"The delivery is refused: {rule}.");
    }
}
