using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>
/// A card application (Java Card: javacard.framework.Applet). One object per power-on and instance; its state lives in the
/// arrays that it opens in its constructor, never in fields.
/// </summary>
public abstract class Applet
{
    /// <summary>Called on SELECT; false refuses (SW 6999).</summary>
    public virtual bool Select() => true;

    /// <summary>The data field that answers a successful SELECT.</summary>
    /// <returns>Bytes written.</returns>
    public virtual int DescribeTo(Span<byte> response) => 0;

    /// <summary>Called before another applet is selected; not when power goes.</summary>
    public virtual void Deselect()
    {
    }

    /// <summary>Called before the instance is deleted with everything that it owns (Java Card: AppletEvent).</summary>
    public virtual void Uninstall()
    {
    }

    /// <summary>Does one command. Class byte bits for channels, secure messaging and chaining are zero.</summary>
    /// <param name="response">512 bytes for the data field.</param>
    /// <param name="length">Bytes written to it; they count only with <see cref="StatusWord.Success"/>.</param>
    public abstract StatusWord Process(in CommandApdu command, Span<byte> response, out int length);
}

/// <summary>How a package makes its applet, at installation and at every power-on after it.</summary>
/// <param name="Package">AID of the code; an instance may have another.</param>
/// <param name="Create">Opens the instance's arrays; at installation inside a transaction.</param>
public sealed record AppletPackage(Aid Package, Func<AppletContext, Applet> Create);

/// <summary>What the runtime gives an applet: memory of its own, transactions, and nothing of the host.</summary>
public sealed class AppletContext
{
    private readonly ObjectTable _objects;
    private readonly TransientMemory _transient;
    private readonly int _owner;

    internal AppletContext(PersistentMemory memory, ObjectTable objects, TransientMemory transient, CardMeter meter, int owner)
    {
        Memory = memory;
        _objects = objects;
        _transient = transient;
        Meter = meter;
        _owner = owner;
    }

    /// <summary>
    /// Most old bytes that one transaction may hold, as on cards that are sold; one that would need more is undone, and the command answers
    /// 6F00.
    /// </summary>
    public const int CommitBufferSize = PersistentMemory.CommitBufferSize;

    internal PersistentMemory Memory { get; }

    /// <summary>True if the card's image is a restored copy of an older state: what it holds may have been used since (hole 24).</summary>
    public bool IsRestored => Memory.IsRestored;

    /// <summary>Where an applet says what it computes, for timing models. Writes are counted by the runtime.</summary>
    public CardMeter Meter { get; }

    /// <summary>
    /// Begins a transaction: what is written until <see cref="Transaction.Commit"/> becomes lasting together, or not at all.
    /// </summary>
    /// <exception cref="CardMemoryException">One is open already: they do not nest (Java Card).</exception>
    public Transaction BeginTransaction() => Memory.Begin();

    /// <summary>The instance's persistent array of this number; all zeros when new.</summary>
    /// <param name="id">The applet's own number for it.</param>
    /// <param name="length">Bytes, 1 or more; the same each time.</param>
    /// <exception cref="CardMemoryException">It exists with another length, or the card is full.</exception>
    public PersistentBytes Persistent(ushort id, int length) => _objects.Open((ushort)_owner, id, length);

    /// <summary>
    /// Deletes an array of the instance, wipes its bytes and gives them back; false if there is none. Views of it must not be used any
    /// more.
    /// </summary>
    /// <exception cref="CardMemoryException">A transaction is open.</exception>
    public bool Delete(ushort id) => _objects.Delete((ushort)_owner, id);

    /// <summary>A new array in RAM, all zeros; gone with the power.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="clear">What clears it besides.</param>
    /// <exception cref="CardMemoryException">The quota of RAM is used up.</exception>
    public byte[] Transient(int length, ClearOn clear) => _transient.Allocate(_owner, length, clear);
}
