using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Lorica.Broker.Tests")]
