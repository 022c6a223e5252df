namespace HierCash.Simulation;

/// <summary>Tells people what happens; silent where the output is for programs.</summary>
public sealed class Narrator(TextWriter? output, bool color)
{
    public void Chapter(string title)
    {
        output?.WriteLine();
        output?.WriteLine(color ? $"\e[1m{title}\e[0m" : title);
    }

    public void Say(string sentence) => output?.WriteLine($"  {sentence}");

    public void Knows(string party, string what) =>
        output?.WriteLine(color ? $"    \e[2m{party} knows {what}.\e[0m" : $"    {party} knows {what}.");
}
