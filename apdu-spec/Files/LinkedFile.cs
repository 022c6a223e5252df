#if HIERCASH_CARD_RUNTIME
namespace HierCash.Card.Runtime;
#else
namespace HierCash;
#endif

/// <summary>What lies beside a file lies beside what a symbolic link to it leads to.</summary>
static partial class LinkedFile
{
    /// <returns>The file at the end of all links; the path itself where it is no link, or one that leads nowhere.</returns>
    public static string Resolve(string path)
    {
        try
        {
            // The whole path: of a relative one the framework takes the target from the root.
            return File.ResolveLinkTarget(Path.GetFullPath(path), returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
