using System.Diagnostics.CodeAnalysis;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.HostContract;

/// <summary>What a description says of the one link of a disk, for tests of disks that have one.</summary>
internal static class DiskOfOneLink
{
    extension(DiskDescription disk)
    {
        private LinkDescription Link => Assert.Single(disk.Links);

        public string Path
        {
            get => disk.Link.Path;
            set => disk.Link.Path = value;
        }

        public long Used => disk.Link.Used;

        public DiskFormat Provisioning
        {
            get => disk.Link.Provisioning;
            set => disk.Link.Provisioning = value;
        }

        public bool Encrypted
        {
            get => disk.Link.Encrypted;
            set => disk.Link.Encrypted = value;
        }

        [AllowNull]
        public KeyRef Key
        {
            get => disk.Link.Key;
            set => disk.Link.Key = value;
        }

        public string Kcv
        {
            get => disk.Link.Kcv;
            set => disk.Link.Kcv = value;
        }

        public long Generation
        {
            get => disk.Link.Generation;
            set => disk.Link.Generation = value;
        }

        public string ObjectId
        {
            get => disk.Link.ObjectId;
            set => disk.Link.ObjectId = value;
        }

        public UnfinishedWork Transition
        {
            get => disk.Link.Transition;
            set => disk.Link.Transition = value;
        }

        [AllowNull]
        public FaultMessage Suspect
        {
            get => disk.Link.Suspect;
            set => disk.Link.Suspect = value;
        }
    }
}
