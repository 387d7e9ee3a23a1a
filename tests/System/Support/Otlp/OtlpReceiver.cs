using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lorica.SystemTests.Support.Otlp;

/// <summary>A collector of traces on loopback that understands what real exporters send: OTLP over gRPC.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Store _store;

    private OtlpReceiver(WebApplication app, Store store) => (_app, _store) = (app, store);

    /// <summary>What exporters are given.</summary>
    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>All spans so far.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _store.Spans];

    /// <summary>Every message as it came, for looking at all that left the process.</summary>
    public IEnumerable<byte[]> Messages => _store.Messages;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var store = new Store();
        builder.Services.AddSingleton(store);
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<Store>();
        await app.StartAsync();
        return new OtlpReceiver(app, store);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Store : TraceService.TraceServiceBase
    {
        public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

        public ConcurrentQueue<byte[]> Messages { get; } = new();

        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            Messages.Enqueue(request.ToByteArray());
            foreach (var resource in request.ResourceSpans)
            {
                string service = Tags(resource.Resource.Attributes).GetValueOrDefault("service.name", "");
                foreach (var scope in resource.ScopeSpans)
                {
                    foreach (var span in scope.Spans)
                    {
                        Spans.Enqueue(new ReceivedSpan(
                            service, scope.Scope.Name, span.Name, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId),
                            Tags(span.Attributes)));
                    }
                }
            }

            return Task.FromResult(new ExportTraceServiceResponse());
        }

        private static Dictionary<string, string> Tags(IEnumerable<KeyValue> attributes) =>
            attributes.GroupBy(a => a.Key).ToDictionary(g => g.Key, g => g.First().Value?.ValueCase switch
            {
                AnyValue.ValueOneofCase.StringValue => g.First().Value.StringValue,
                AnyValue.ValueOneofCase.BoolValue => g.First().Value.BoolValue ? "true" : "false",
                AnyValue.ValueOneofCase.IntValue =>
                    g.First().Value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
                _ => "",
            });

        private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
    }
}
