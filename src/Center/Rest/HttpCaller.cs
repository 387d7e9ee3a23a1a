using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>The caller of a request.</summary>
internal static class HttpCaller
{
    /// <summary>Who asks; set by <see cref="CallerFilter"/>.</summary>
    public static Caller Caller(this HttpContext http) => (Caller)http.Items[typeof(Caller)]!;
}
