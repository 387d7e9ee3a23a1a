using System.Collections.Frozen;

namespace Lorica.Contracts.Names;

/// <summary>What a task does, in words that its target follows: "Encrypting web1".</summary>
public static class TaskWords
{
    private static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["vm.create"] = "Creating",
        ["vm.import"] = "Importing",
        ["vm.delete"] = "Removing",
        ["vm.setPolicy"] = "Setting the policy of",
        ["vm.encrypt"] = "Encrypting",
        ["vm.decrypt"] = "Decrypting",
        ["vm.recrypt"] = "Recrypting",
        ["vm.clone"] = "Cloning",
        ["vm.relocate"] = "Relocating",
        ["vm.register"] = "Registering",
        ["vm.unlock"] = "Unlocking",
        ["vm.repair"] = "Repairing",
        ["vm.unregister"] = "Unregistering",
        ["vm.rename"] = "Renaming",
        ["vm.move"] = "Moving",
        ["vm.migrate"] = "Migrating",
        ["vm.disk.add"] = "Adding a disk to",
        ["vm.disk.attach"] = "Attaching a disk to",
        ["vm.disk.detach"] = "Detaching a disk of",
        ["vm.disk.remove"] = "Removing a disk of",
        ["vm.disk.resize"] = "Resizing a disk of",
        ["vm.powerOn"] = "Powering on",
        ["vm.powerOff"] = "Powering off",
        ["vm.reset"] = "Resetting",
        ["policy.create"] = "Creating the policy",
        ["policy.edit"] = "Editing the policy",
        ["policy.delete"] = "Deleting the policy",
        ["policy.apply"] = "Applying the policy",
        ["datastore.tag"] = "Tagging the datastore",
        ["setting.change"] = "Changing a setting of",
        ["alarm.acknowledge"] = "Acknowledging an alarm of",
        ["key.generate"] = "Making a key of",
        ["key.remove"] = "Removing the key",
        ["key.restore"] = "Restoring the key",
        ["key.check"] = "Checking the keys of",
        ["provider.add"] = "Registering the key provider",
        ["provider.change"] = "Changing the key provider",
        ["provider.requestCertificate"] = "Requesting a certificate for the key provider",
        ["provider.remove"] = "Removing the key provider",
        ["host.add"] = "Adding the host",
        ["host.remove"] = "Removing the host",
        ["host.move"] = "Moving the host",
        ["host.enterMaintenance"] = "Entering maintenance of the host",
        ["host.exitMaintenance"] = "Leaving maintenance of the host",
        ["host.crypto.prepare"] = "Preparing encryption mode of the host",
        ["host.crypto.enable"] = "Enabling encryption mode of the host",
        ["host.crypto.rotate"] = "Making a new host key for",
        ["host.crypto.disable"] = "Disabling encryption mode of the host",
        ["container.create"] = "Creating",
        ["container.rename"] = "Renaming",
        ["container.move"] = "Moving",
        ["container.delete"] = "Deleting",
        ["user.add"] = "Adding the user",
        ["user.remove"] = "Removing the user",
        ["user.setPassword"] = "Setting the password of",
        ["group.add"] = "Adding the group",
        ["group.remove"] = "Removing the group",
        ["group.addMember"] = "Adding a member to the group",
        ["group.removeMember"] = "Removing a member of the group",
        ["role.clone"] = "Cloning the role",
        ["role.change"] = "Changing the role",
        ["role.remove"] = "Removing the role",
        ["permission.grant"] = "Granting a permission to",
        ["permission.revoke"] = "Revoking a permission of",
        ["token.create"] = "Making an API token of",
        ["token.revoke"] = "Revoking the API token",
        ["session.end"] = "Ending a session of",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Kinds that have words.</summary>
    public static IEnumerable<string> Kinds => Words.Keys;

    /// <summary>The words of a kind; the kind itself when it is of a newer center.</summary>
    public static string Of(string kind) => Words.GetValueOrDefault(kind, kind);
}
