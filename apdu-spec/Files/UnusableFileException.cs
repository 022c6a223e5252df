namespace HierCash;

/// <summary>A file that cannot be used: lost, damaged, without an end, or another program's. The message says which, and what to
/// do.</summary>
public class UnusableFileException(string message, Exception? inner = null) : InvalidOperationException(message, inner);

/// <summary>The disk under the file has no room, or fails; what is in the file is as good as it was.</summary>
public sealed class FileStorageException(string message, Exception? inner = null) : UnusableFileException(message, inner);

/// <summary>Another program has the file open, or is carrying it over: it can be used once that program is done.</summary>
public sealed class FileInUseException(string message, Exception? inner = null) : UnusableFileException(message, inner);
