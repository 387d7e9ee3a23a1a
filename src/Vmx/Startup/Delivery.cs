using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Platform.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Startup;

/// <summary>
/// Descriptors and named secrets that the host has handed over. Each secret goes from the pipe straight into key memory; nothing
/// is read ahead, so that no key byte ever lies in an ordinary buffer. Owns what nobody has taken.
/// </summary>
internal sealed class Delivery : IDisposable
{
    private const int MaximumBytes = 64 * 1024;
    private const int MaximumSecrets = 256, MaximumNameLength = 64, MaximumSecretBytes = 256;

    private readonly List<SafeFileHandle> _descriptors;
    private bool _taken;

    private Delivery(List<SafeFileHandle> descriptors, SecretSet secrets) => (_descriptors, Secrets) = (descriptors, secrets);

    /// <summary>The secrets by name.</summary>
    public SecretSet Secrets { get; }

    /// <summary>Receives a delivery and tells the host the numbers of its descriptors.</summary>
    public static Delivery Receive(DescriptorSocket host)
    {
        byte[] bytes = Frame(host, MaximumBytes, out var came);
        var descriptors = came.ToList();
        var secrets = new SecretSet();
        try
        {
            var message = StartReader.Parse(VmxDelivery.Parser, bytes);
            int pipes = message.Secrets.Count > 0 ? 1 : 0;
            Require(message.Secrets.Count <= MaximumSecrets, "it names too many secrets");
            Require(message.Descriptors >= 0 && descriptors.Count == message.Descriptors + pipes,
                $"{descriptors.Count} descriptors came, not those that it counts");
            if (pipes > 0)
            {
                using var pipe = descriptors[^1];
                descriptors.RemoveAt(descriptors.Count - 1);
                ReadSecrets(pipe, message, secrets);
            }

            Answer(host, new VmxDelivered { Numbers = { descriptors.Select(d => (int)d.DangerousGetHandle()) } });
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

    /// <summary>The next frame, which must be there.</summary>
    public static byte[] Frame(DescriptorSocket host, int limit, out IReadOnlyList<SafeFileHandle> descriptors)
    {
        try
        {
            return host.Receive(limit, out descriptors)
                ?? throw new VmxException(VmxErrorKind.BadConfig, "The host ended before it had said what to start.");
        }
        catch (IOException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, $"What the host sends cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether nothing more comes.</summary>
    public static bool IsEnd(DescriptorSocket host)
    {
        try
        {
            return host.Receive(0, out _) is null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Answer(DescriptorSocket host, VmxDelivered answer)
    {
        try
        {
            host.Send(answer.ToByteArray());
        }
        catch (IOException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, $"The host takes no answer: {e.Message}", e);
        }
    }

    private static void ReadSecrets(SafeFileHandle pipe, VmxDelivery message, SecretSet secrets)
    {
        int fd = (int)pipe.DangerousGetHandle();
        foreach (var secret in message.Secrets)
        {
            Require(secret.Name.Length is > 0 and <= MaximumNameLength, "the name of a secret is empty or too long");
            Require(secret.Length is > 0 and <= MaximumSecretBytes, "the length of a secret is out of bounds");
            Require(secrets.TryRead(secret.Name, fd, secret.Length), "two secrets have one name");
        }

        Require(StartReader.IsAtEnd(fd), "its pipe holds more than its secrets");
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
            throw new VmxException(VmxErrorKind.BadConfig, $"The delivery is refused: {rule}.");
    }
}
