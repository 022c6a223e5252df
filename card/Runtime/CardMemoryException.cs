namespace HierCash.Card.Runtime;

/// <summary>
/// A quota or the commit buffer is full, or memory is used against its rules. The dispatcher undoes the command and answers 6F00.
/// </summary>
public sealed class CardMemoryException(string message) : Exception(message);

/// <summary>A file is no card image, or not an intact one. The message says what is wrong with it.</summary>
public sealed class CardImageException(string message, Exception? inner = null) : Exception(message, inner);
