namespace HierCash;

// The card's runtime compiles the same files for itself, because it depends on nothing but HierCash.Iso7816. There they are internal; here
// they are everybody's.
public static partial class FileFault;

public static partial class PrivateFile;

public static partial class LinkedFile;
