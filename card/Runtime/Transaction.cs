namespace HierCash.Card.Runtime;

/// <summary>A transaction that <see cref="AppletContext.BeginTransaction"/> opened. Hold it in a <c>using</c>.</summary>
public ref struct Transaction
{
    private readonly PersistentMemory _memory;
    private bool _committed;

    internal Transaction(PersistentMemory memory)
    {
        _memory = memory;
        _committed = false;
    }

    /// <summary>Makes all that was written since the beginning lasting, at once.</summary>
    public void Commit()
    {
        _memory.Commit();
        _committed = true;
    }

    /// <summary>Undoes all that was written since the beginning, unless it was committed.</summary>
    public readonly void Dispose()
    {
        if (!_committed)
        {
            _memory.Abort();
        }
    }
}
