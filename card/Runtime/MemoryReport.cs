namespace HierCash.Card.Runtime;

/// <summary>What a card's memory holds. Sizes in bytes.</summary>
/// <param name="Size">Persistent memory in all.</param>
/// <param name="Free">Of that, for arrays to come.</param>
/// <param name="TransientQuota">RAM in all.</param>
/// <param name="TransientUsed">Of that, taken, the runtime's own buffers included.</param>
/// <param name="Areas">Everything in persistent memory, in order.</param>
public sealed record MemoryReport(int Size, int Free, int TransientQuota, int TransientUsed, IReadOnlyList<MemoryArea> Areas);

/// <summary>A piece of persistent memory, and whose it is.</summary>
/// <param name="Owner">An applet instance's AID, or "runtime".</param>
/// <param name="Name">The number of an applet's array, or what the runtime keeps there.</param>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Wear">Writes of a cell in the page that was written most, over the card's life. Real EEPROM lasts for 100,000 to
/// 500,000.</param>
public sealed record MemoryArea(string Owner, string Name, int Offset, int Length, uint Wear);
