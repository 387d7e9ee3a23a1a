namespace Lorica.Model;

/// <summary>What files say is under way on them. <see cref="HostWords"/> has the words.</summary>
public enum UnfinishedWork
{
    /// <summary>An encryption.</summary>
    Encrypt,

    /// <summary>A decryption.</summary>
    Decrypt,

    /// <summary>A shallow recrypt: keys change, data stay.</summary>
    Recrypt,

    /// <summary>A deep recrypt.</summary>
    Rekey,
}
