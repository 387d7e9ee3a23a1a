using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Codec;

/// <summary>Whatever is written is read back the same; whatever comes, only our exception leaves.</summary>
public sealed class TtlvPropertyTests
{
    [Property(MaxTest = 300)]
    public Property WhatIsWrittenIsReadAndWrittenAgainTheSame() => Prop.ForAll(Arb.From(Trees), message =>
    {
        TtlvValidator.Validate(message);
        return Transcoder.Copy(message).AsSpan().SequenceEqual(message);
    });

    [Property(MaxTest = 300)]
    public Property AnyBytesAreTakenOrRefused() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf()), Survives);

    [Property(MaxTest = 500)]
    public Property AnyMutationOfARealMessageIsTakenOrRefused() => Prop.ForAll(
        Arb.From(
            from index in Gen.Choose(0, Vectors.All.Count - 1)
            from changes in Gen.Choose(0, int.MaxValue).Two().ListOf(4)
            select Mutate(Vectors.All[index].Bytes, changes)),
        Survives);

    [Fact]
    public void What_the_validator_takes_is_rewritten_the_same()
    {
        // No second encoding of one message: what passes has exactly one form.
        foreach (var vector in Vectors.Bad)
        {
            try
            {
                Assert.True(Transcoder.Copy(vector.Bytes).AsSpan().SequenceEqual(vector.Bytes), vector.Name);
            }
            catch (KmipException e)
            {
                Assert.Equal(KmipErrorKind.Protocol, e.Kind);
            }
        }
    }

    private static Gen<byte[]> Trees => Gen.Sized(size =>
        from seeds in Gen.Choose(0, int.MaxValue).ArrayOf(Math.Max(4, size * 2))
        select Build(seeds));

    private static bool Survives(byte[] bytes)
    {
        try
        {
            TtlvValidator.ValidateItem(bytes);
            if (!Transcoder.Copy(bytes).AsSpan().SequenceEqual(bytes))
            {
                return false;
            }
        }
        catch (KmipException)
        {
        }

        FuzzTargets.Request(bytes);
        FuzzTargets.Response(bytes);
        return true;
    }

    private static byte[] Mutate(byte[] bytes, IEnumerable<(int At, int What)> changes)
    {
        foreach (var (at, what) in changes)
        {
            int i = at % bytes.Length;
            switch (what % 4)
            {
                case 0:
                    bytes[i] = (byte)(what >> 8);
                    break;
                case 1:
                    bytes[i] ^= (byte)(1 << ((what >> 8) % 8));
                    break;
                case 2 when bytes.Length > 8:
                    bytes = [.. bytes[..i], .. bytes[(i + Math.Min(8, bytes.Length - i))..], 0];
                    break;
                default:
                    bytes = [.. bytes[..i], .. bytes[..Math.Min(bytes.Length, 16)], .. bytes[i..]];
                    break;
            }
        }

        return bytes;
    }

    /// <summary>A random tree: each seed writes an item, opens or closes a structure.</summary>
    private static byte[] Build(int[] seeds)
    {
        using var w = new TtlvWriter();
        w.Begin(Tags.RequestMessage);
        foreach (int seed in seeds)
        {
            int tag = 0x420000 | (seed >> 4 & 0xFFFF);
            switch (seed % 13)
            {
                case 0 when w.Depth < TtlvLimits.Depth:
                case 1 when w.Depth < TtlvLimits.Depth:
                    w.Begin(tag);
                    break;
                case 2 when w.Depth > 1:
                    w.End();
                    break;
                case 3:
                    w.Integer(tag, seed);
                    break;
                case 4:
                    w.LongInteger(tag, -(long)seed << 8);
                    break;
                case 5:
                    w.BigInteger(tag, BitConverter.GetBytes((long)seed));
                    break;
                case 6:
                    w.Enumeration(tag, seed);
                    break;
                case 7:
                    w.Boolean(tag, (seed & 32) != 0);
                    break;
                case 8:
                    w.Text(tag, new string('ü', seed % 40));
                    break;
                case 9:
                    w.Bytes(tag, new byte[seed % 70]);
                    break;
                case 10:
                    w.DateTime(tag, seed);
                    break;
                case 11:
                    w.Interval(tag, (uint)seed);
                    break;
                default:
                    w.Text(tag, "");
                    break;
            }
        }

        while (w.Depth > 0)
        {
            w.End();
        }

        return w.Written.ToArray();
    }
}
