using System.Globalization;

namespace HierCash.Tests;

/// <summary>The rule R1 to R32 that a scenario shows to hold against a party that cheats, or on a bad day.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RuleAttribute(int n) : PropertyAttribute("Rule", n.ToString(CultureInfo.InvariantCulture))
{
    public int Number { get; } = n;
}
