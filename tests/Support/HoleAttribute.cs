using System.Globalization;

namespace HierCash.Tests;

/// <summary>The hole of the patent (holes.md) that a scenario shows to be closed.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class HoleAttribute(int n) : PropertyAttribute("Hole", n.ToString(CultureInfo.InvariantCulture))
{
    public int Number { get; } = n;
}
