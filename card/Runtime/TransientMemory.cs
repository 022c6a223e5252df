namespace HierCash.Card.Runtime;

/// <summary>When a transient array is cleared (Java Card: CLEAR_ON_RESET, CLEAR_ON_DESELECT).</summary>
public enum ClearOn
{
    /// <summary>A reset, as all of RAM.</summary>
    Reset,

    /// <summary>A reset, and the selection of another applet.</summary>
    Deselect,
}

/// <summary>RAM with a quota. Nothing in it survives a reset.</summary>
internal sealed class TransientMemory(int quota = TransientMemory.DefaultQuota)
{
    /// <summary>Bytes; what cards that are sold leave to applets.</summary>
    public const int DefaultQuota = 1536;

    private readonly List<(byte[] Array, ClearOn Event, int Owner)> _arrays = [];

    public int Quota => quota;

    public int Used { get; private set; }

    /// <exception cref="CardMemoryException">The quota is used up.</exception>
    internal byte[] Allocate(int owner, int length, ClearOn clear)
    {
        if (Used + length > quota)
        {
            throw new CardMemoryException($"Transient memory is full: {length} bytes are wanted, {quota - Used} are free.");
        }

        var array = new byte[length];
        Used += length;
        _arrays.Add((array, clear, owner));
        return array;
    }

    /// <summary>Gives the arrays of a deleted instance back.</summary>
    internal void Free(int owner)
    {
        Used -= _arrays.Where(a => a.Owner == owner).Sum(a => a.Array.Length);
        _arrays.RemoveAll(a => a.Owner == owner);
    }

    internal void Deselect(int owner)
    {
        foreach (var (array, clear, whose) in _arrays)
        {
            if (clear == ClearOn.Deselect && whose == owner)
            {
                Array.Clear(array);
            }
        }
    }
}
