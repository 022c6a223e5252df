namespace HierCash.Terminals.Store;

/// <summary>A party says where it is; a test may stop it there, by an exception. <c>CrashPoints.All</c> lists the points.</summary>
public interface ICrashPoints
{
    void Reach(string point);
}

/// <summary>In production nothing happens at a crash point.</summary>
public sealed class NoCrashPoints : ICrashPoints
{
    public static readonly NoCrashPoints Instance = new();

    public void Reach(string point)
    {
    }
}
