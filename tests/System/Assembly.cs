// Each test starts a whole Lorica and many a guest, and waits for them more than it computes: two at once on two cores.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
[assembly: TestCollectionOrderer(typeof(Lorica.SystemTests.Support.LongestFirst))]
