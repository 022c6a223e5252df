namespace HierCash.Iso7816;

/// <summary>What an applet's commands and answers are called, and which of them are secret. No word of a secret is told.</summary>
public interface IApduVocabulary
{
    /// <summary>The command's name, or something that stands for it where it has none.</summary>
    /// <param name="command">A command APDU, or its header; any bytes go.</param>
    string Name(ReadOnlySpan<byte> command);

    /// <summary>Name and data objects of a command on one line; of a secret one the name alone.</summary>
    /// <param name="command">A command APDU; any bytes go.</param>
    string DescribeCommand(ReadOnlySpan<byte> command);

    /// <summary>What an answer means, on one line.</summary>
    /// <param name="response">A response APDU, SW1-SW2 included; any bytes go.</param>
    string Describe(ReadOnlySpan<byte> response);

    /// <summary>True for a command whose data field holds a secret: neither it nor its length goes into a trace.</summary>
    /// <param name="command">A command APDU; any bytes go.</param>
    bool IsSecret(ReadOnlySpan<byte> command);

    /// <summary>True for a command whose answer holds a secret; GET RESPONSE after it is then known for one too.</summary>
    /// <param name="command">A command APDU; any bytes go.</param>
    bool IsAnsweredInSecret(ReadOnlySpan<byte> command);

    /// <summary>
    /// True for a command that shows the card a PIN, which a person can give again when a trace that leaves it out is played.
    /// </summary>
    /// <param name="header">CLA INS P1 P2, and what comes after.</param>
    bool IsVerify(ReadOnlySpan<byte> header);
}
