namespace Lorica.Model;

/// <summary>Something was changed; how, a look at it tells, also that it is gone.</summary>
/// <param name="Number">Rises over all objects.</param>
/// <param name="Kind">One of <see cref="ObjectKinds"/> or <see cref="ChangeKinds"/>.</param>
/// <param name="Id">Its id.</param>
public sealed record ObjectChange(long Number, string Kind, string Id);
