namespace HierCash.Terminals.Store;

/// <summary>
/// A party says where it is; a test or simulator may stop it there for good, by an exception. Every party lists its points in
/// <c>CrashPoints.All</c>, so that a test can visit each.
/// </summary>
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
