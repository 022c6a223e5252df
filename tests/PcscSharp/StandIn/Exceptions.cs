using System.ComponentModel;

namespace PCSC.Exceptions;

public class PCSCException : Exception
{
    public PCSCException(SCardError error)
        : base(Words(error.GetType(), error.ToString())) => SCardError = error;

    public SCardError SCardError { get; }

    /// <summary>
    /// As the package: looks members up by name in a type that the trimmer cannot know, so that a publish ahead of time warns of this
    /// assembly (IL2104).
    /// </summary>
    private static string Words(Type type, string member) =>
        type.GetField(member)?.GetCustomAttributes(typeof(DescriptionAttribute), false) is [DescriptionAttribute said] ? said.Description
            : member;
}

/// <summary>The context is none.</summary>
public class InvalidContextException(SCardError error) : PCSCException(error);

/// <summary>The service does not run.</summary>
public class NoServiceException(SCardError error) : PCSCException(error);
