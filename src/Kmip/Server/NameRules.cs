using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// Names are unique among the live objects of one owner (KMIP 1.1, 3.2 and 11.2). A change that gives an object a name holds that
/// name until it is durable or has failed, so that of two at one time one is refused.
/// </summary>
internal sealed class NameRules
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string Owner, string Name)> _held = [];

    /// <summary>
    /// Refuses names that another live object of the client has or is given at this moment, or that are there twice; the others
    /// are held for the client until <see cref="Release"/>.
    /// </summary>
    public static void Check(OperationContext context, string? except, IEnumerable<KmipStoredAttribute> attributes)
    {
        var names = attributes.Where(a => a.Name == AttributeNames.Name)
            .Select(a => TtlvItem.ReadValid(a.Value.Span).Need(Tags.NameValue).Text()).ToList();
        if (names.Count == 0 || !context.Options.UniqueNames)
        {
            return;
        }

        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
        {
            throw Taken();
        }

        context.Names.Hold(context, except, names);
    }

    /// <summary>Lets go of what an item held.</summary>
    public void Release(OperationContext context)
    {
        lock (_gate)
        {
            context.HeldNames.ForEach(n => _held.Remove((context.Client.Owner, n)));
            context.HeldNames.Clear();
        }
    }

    private void Hold(OperationContext context, string? except, List<string> names)
    {
        string owner = context.Client.Owner;
        lock (_gate)
        {
            foreach (string name in names)
            {
                bool mine =
                    except is not null && context.Store.Find(except)?.Names.Contains(name, StringComparer.Ordinal) == true;
                if (mine)
                {
                    continue;
                }

                if (context.Store.OfName(owner, name).Any(o => !o.IsDestroyed && o.UniqueIdentifier != except)
                    || !_held.Add((owner, name)))
                {
                    throw Taken();
                }

                context.HeldNames.Add(name);
            }
        }
    }

    private static KmipException Taken() => new(KmipResultReason.InvalidField, "the Name is taken");
}
