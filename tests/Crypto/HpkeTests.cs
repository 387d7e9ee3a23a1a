namespace Lorica.Crypto.Tests;

public sealed class HpkeTests
{
    [Fact]
    public void WhatIsSealedToAReceiverOpensThere()
    {
        using var receiver = new HpkeReceiver();
        using var key = KeyBuffer.Random(32);
        var (enc, ciphertext) = HpkeSender.Seal(receiver.PublicKey, "i"u8, "a"u8, key);
        using var opened = receiver.Open(enc, "i"u8, "a"u8, ciphertext);
        Assert.True(opened.FixedTimeEquals(key));
    }
}
