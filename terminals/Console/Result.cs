namespace HierCash.Terminals.Consoles;

/// <summary>A value, or why there is none.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Refused? refused) => (_value, Refused) = (value, refused);

    /// <summary>Null where there is a value.</summary>
    public Refused? Refused { get; }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refused refused) => new(default, refused);

    /// <summary>True where there is a value.</summary>
    public bool Has(out T value)
    {
        value = _value!;
        return Refused is null;
    }

    /// <summary>For a verb, which ends with what was refused.</summary>
    /// <exception cref="RefusedException">There is no value.</exception>
    public T OrRefuse() => Refused is null ? _value! : throw new RefusedException(Refused);
}

/// <summary>For a verb that waits for a result.</summary>
public static class ResultOfTask
{
    /// <exception cref="RefusedException">Something was refused.</exception>
    public static async ValueTask<T> OrRefuse<T>(this ValueTask<Result<T>> asked) => (await asked).OrRefuse();
}
