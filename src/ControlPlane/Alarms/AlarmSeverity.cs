namespace Lorica.ControlPlane.Alarms;

/// <summary>How bad it is.</summary>
public enum AlarmSeverity
{
    /// <summary>Will become a trouble.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Critical,
}
