namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What the caller accepts, and was found to have the privileges for.</summary>
/// <param name="Older">Files of a generation, or under a key, from before what is known.</param>
/// <param name="Changed">Files under a key that is not known here: recrypted elsewhere.</param>
internal readonly record struct IncomingConsent(bool Older, bool Changed);
