using Lorica.Kmip.Messages;
using Lorica.Kmip.Server;
using Lorica.Kmip.Ttlv;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Requests straight to the request processor: no socket, a clock that stands still, objects in memory.</summary>
internal sealed class Asker
{
    private readonly KmipServerOptions _options;
    private readonly RequestProcessor _processor;

    public Asker()
    {
        _options = new()
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Certificate = () => throw new NotSupportedException(),
            Authenticate = (_, _) => throw new NotSupportedException(),
            Fault = (e, _) => Faults.Add(e),
            Audit = e => OnAudit(e),
            TimeProvider = Time,
        };
        _processor = new(_options, Store);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public KmipMemoryStore Store { get; } = new();

    public List<Exception> Faults { get; } = [];

    public Action<KmipAuditEvent> OnAudit { get; set; } = _ => { };

    public KmipClientIdentity Client { get; set; } = new("a", "CN=a");

    public KmipVersion Version { get; set; } = KmipVersion.V14;

    /// <summary>Sends bytes and reads the answer.</summary>
    public List<Answered> Send(byte[] request)
    {
        using var writer = new TtlvWriter();
        _processor.Process(request, Client, "test", writer);
        return Answered.Read(writer.Written.ToArray());
    }

    /// <summary>Sends a batch.</summary>
    public List<Answered> Ask(Action<TtlvWriter>? header, params (Operation Operation, Action<TtlvWriter> Payload)[] items) =>
        Send(Build(Version, header, items.Length, items));

    /// <summary>Sends one item.</summary>
    public Answered Ask(Operation operation, Action<TtlvWriter> payload) => Assert.Single(Ask(null, (operation, payload)));

    /// <summary>Sends one item that names an object.</summary>
    public Answered Ask(Operation operation, string id, Action<TtlvWriter>? more = null) => Ask(operation, w =>
    {
        w.Text(Tags.UniqueIdentifier, id);
        more?.Invoke(w);
    });

    /// <summary>Makes a key and returns its identifier.</summary>
    public string Create(params Action<TtlvWriter>[] attributes)
    {
        var answer = Ask(Operation.Create, Template(attributes));
        Assert.True(answer.Reason is null, answer.Message);
        return answer.Text(Tags.UniqueIdentifier)!;
    }

    /// <summary>An empty payload.</summary>
    public static void Nothing(TtlvWriter writer)
    {
    }

    /// <summary>Payload of a Create of an AES-256 key.</summary>
    public static Action<TtlvWriter> Template(params Action<TtlvWriter>[] attributes) => w =>
    {
        w.Enumeration(Tags.ObjectType, (int)KmipObjectType.SymmetricKey);
        w.Begin(Tags.TemplateAttribute);
        Attribute(AttributeNames.CryptographicAlgorithm, w => w.Enumeration(Tags.AttributeValue, 3))(w);
        Attribute(AttributeNames.CryptographicLength, w => w.Integer(Tags.AttributeValue, 256))(w);
        Attribute(AttributeNames.CryptographicUsageMask, w => w.Integer(Tags.AttributeValue, 12))(w);
        foreach (var attribute in attributes)
        {
            attribute(w);
        }

        w.End();
    };

    public static Action<TtlvWriter> Attribute(string name, Action<TtlvWriter> value, int? index = null) => w =>
    {
        w.Begin(Tags.Attribute);
        w.Text(Tags.AttributeName, name);
        if (index is { } i)
        {
            w.Integer(Tags.AttributeIndex, i);
        }

        value(w);
        w.End();
    };

    public static Action<TtlvWriter> Name(string name, int? index = null) =>
        Attribute(AttributeNames.Name, NameValue(name), index);

    public static Action<TtlvWriter> Text(string name, string value, int? index = null) =>
        Attribute(name, w => w.Text(Tags.AttributeValue, value), index);

    public static Action<TtlvWriter> Date(string name, long value) =>
        Attribute(name, w => w.DateTime(Tags.AttributeValue, value));

    public static Action<TtlvWriter> Revocation(KmipRevocationReason reason) => w =>
    {
        w.Begin(Tags.RevocationReason);
        w.Enumeration(Tags.RevocationReasonCode, (int)reason);
        w.End();
    };

    public static byte[] Build(
        KmipVersion version, Action<TtlvWriter>? header, int count,
        params (Operation Operation, Action<TtlvWriter> Payload)[] items)
    {
        using var w = new TtlvWriter();
        w.Begin(Tags.RequestMessage);
        w.Begin(Tags.RequestHeader);
        RequestEncoder.Version(w, version);
        header?.Invoke(w);
        w.Integer(Tags.BatchCount, count);
        w.End();
        foreach (var (operation, payload) in items)
        {
            w.Begin(Tags.BatchItem);
            w.Enumeration(Tags.Operation, (int)operation);
            w.Begin(Tags.RequestPayload);
            payload(w);
            w.End();
            w.End();
        }

        w.End();
        return w.Written.ToArray();
    }

    private static Action<TtlvWriter> NameValue(string name) => w =>
    {
        w.Begin(Tags.AttributeValue);
        w.Text(Tags.NameValue, name);
        w.Enumeration(Tags.NameType, 1);
        w.End();
    };
}
