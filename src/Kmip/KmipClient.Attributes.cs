using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip;

/// <summary>Attributes and search.</summary>
public sealed partial class KmipClient
{
    private const int MaximumLocated = 1000;

    /// <summary>The last second of the year 9999.</summary>
    private const long LatestDate = 253_402_300_799;

    /// <summary>The state of an object.</summary>
    /// <exception cref="KmipException">Also Unusable, when the server gives none.</exception>
    public async Task<KmipKeyState> GetStateAsync(string uniqueIdentifier, CancellationToken ct)
    {
        var attributes = await GetAttributesAsync(uniqueIdentifier, [AttributeNames.State], ct);
        return attributes.FirstOrDefault(a => a.Name == AttributeNames.State)?.Number is { } number
            && Enum.IsDefined((KmipKeyState)number)
            ? (KmipKeyState)number
            : throw Client.Failure.Unusable(Server, "the server gives no state for the object");
    }

    /// <summary>
    /// State and dates of an object, in one request. A server that refuses to be asked for dates is asked for the state.
    /// </summary>
    /// <exception cref="KmipException">Also Unusable, when the server gives no state.</exception>
    public async Task<KmipKeyLife> GetLifeAsync(string uniqueIdentifier, CancellationToken ct)
    {
        IReadOnlyList<KmipAttribute> found;
        try
        {
            found = await GetAttributesAsync(
                uniqueIdentifier,
                [
                    AttributeNames.State, AttributeNames.ProtectStopDate, AttributeNames.DeactivationDate,
                    AttributeNames.DestroyDate, AttributeNames.CompromiseDate,
                ],
                ct);
        }
        catch (KmipException e) when (e.Kind == KmipErrorKind.Unusable || (e.Kind == KmipErrorKind.Refused
            && e.Reason is not (KmipResultReason.ItemNotFound or KmipResultReason.PermissionDenied
                or KmipResultReason.AuthenticationNotSuccessful)))
        {
            return new(await GetStateAsync(uniqueIdentifier, ct), null, null, null, null);
        }

        return found.FirstOrDefault(a => a.Name == AttributeNames.State)?.Number is { } number
            && Enum.IsDefined((KmipKeyState)number)
            ? new((KmipKeyState)number, Date(found, AttributeNames.ProtectStopDate), Date(found, AttributeNames.DeactivationDate),
                Date(found, AttributeNames.DestroyDate), Date(found, AttributeNames.CompromiseDate))
            : throw Client.Failure.Unusable(Server, "the server gives no state for the object");
    }

    /// <summary>
    /// Attributes of an object; all when <paramref name="names"/> is empty. Those that it does not have are left out.
    /// </summary>
    public Task<IReadOnlyList<KmipAttribute>> GetAttributesAsync(
        string uniqueIdentifier, IReadOnlyList<string> names, CancellationToken ct)
    {
        CheckIdentifier(uniqueIdentifier);
        return RequestAsync(
            Operation.GetAttributes, repeatable: true,
            w =>
            {
                w.Text(Tags.UniqueIdentifier, uniqueIdentifier);
                foreach (string name in names)
                {
                    w.Text(Tags.AttributeName, name);
                }
            },
            payload => ReadAttributes(Present(payload), uniqueIdentifier), ct);
    }

    /// <summary>
    /// Adds a text attribute, such as "x-Identifier". Many servers take none: treat the refusal as harmless where it is.
    /// </summary>
    public Task AddAttributeAsync(string uniqueIdentifier, string name, string value, CancellationToken ct)
    {
        CheckIdentifier(uniqueIdentifier);
        return RequestAsync(
            Operation.AddAttribute, repeatable: false,
            w =>
            {
                w.Text(Tags.UniqueIdentifier, uniqueIdentifier);
                Attribute(w, name, w => w.Text(Tags.AttributeValue, value));
            },
            static _ => true, ct);
    }

    /// <summary>
    /// Identifiers of the objects that carry exactly this name. Servers are known to answer with foreign objects, so the name of
    /// each is read back and compared.
    /// </summary>
    public async Task<IReadOnlyList<string>> LocateByNameAsync(string name, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var found = await RequestAsync(
            Operation.Locate, repeatable: true,
            w => Attribute(w, AttributeNames.Name, w => NameValue(w, name)),
            ReadIdentifiers, ct);
        var same = new List<string>();
        foreach (string identifier in found)
        {
            if (await CarriesNameAsync(identifier, name, ct))
            {
                same.Add(identifier);
            }
        }

        return same;
    }

    private async Task<bool> CarriesNameAsync(string identifier, string name, CancellationToken ct)
    {
        try
        {
            var attributes = await GetAttributesAsync(identifier, [AttributeNames.Name], ct);
            return attributes.Any(a => a.Name == AttributeNames.Name && a.Text == name);
        }
        catch (KmipException e) when (e.IsAnswer)
        {
            // Whatever is the matter with that object: nobody can say that it carries the name.
            return false;
        }
    }

    private async Task<KmipKeyState?> StateOrNullAsync(string uniqueIdentifier, CancellationToken ct)
    {
        try
        {
            return await GetStateAsync(uniqueIdentifier, ct);
        }
        catch (KmipException e) when (e.IsAnswer || e.Kind == KmipErrorKind.Protocol)
        {
            return null;
        }
    }

    private static DateTimeOffset? Date(IReadOnlyList<KmipAttribute> attributes, string name) =>
        attributes.FirstOrDefault(a => a.Name == name)?.Number is { } seconds and > 0 and <= LatestDate
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static IReadOnlyList<KmipAttribute> ReadAttributes(TtlvItem payload, string uniqueIdentifier)
    {
        var identifier = payload.Find(Tags.UniqueIdentifier);
        if (identifier.IsPresent && identifier.Text() != uniqueIdentifier)
        {
            throw KmipException.OtherObject("attributes of another object than the one asked for");
        }

        var attributes = new List<KmipAttribute>();
        foreach (var child in payload.Children())
        {
            if (child.Tag == Tags.Attribute)
            {
                attributes.Add(AttributeDecoder.Decode(child));
            }
        }

        return attributes;
    }

    private static List<string> ReadIdentifiers(TtlvItem payload)
    {
        var identifiers = new List<string>();
        foreach (var child in payload.IsPresent ? payload.Children() : default)
        {
            if (child.Tag == Tags.UniqueIdentifier)
            {
                identifiers.Add(Identifier(child));
            }
        }

        return identifiers.Count <= MaximumLocated
            ? identifiers
            : throw KmipException.Malformed($"Locate was answered with more than {MaximumLocated} objects");
    }

    private static void Attribute(TtlvWriter w, string name, Action<TtlvWriter> value)
    {
        w.Begin(Tags.Attribute);
        w.Text(Tags.AttributeName, name);
        value(w);
        w.End();
    }

    private static void NameValue(TtlvWriter w, string name)
    {
        w.Begin(Tags.AttributeValue);
        w.Text(Tags.NameValue, name);
        w.Enumeration(Tags.NameType, NameUninterpreted);
        w.End();
    }
}
