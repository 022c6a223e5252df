namespace HierCash.Issuer;

/// <summary>The latest date that was signed, to a minute, and since when the clock is confirmed by nobody (rule R26).</summary>
internal static class ClockTable
{
    /// <summary>The latest time that was gone by where something was signed or answered; 0 if there is none.</summary>
    public static Timestamp Signed(IReadSnapshot db) => db.Date("SELECT coalesce(max(signed), 0) FROM clock");

    /// <summary>Since when the clock is doubted, by itself; null if it is not.</summary>
    public static Timestamp? DoubtedSince(IReadSnapshot db) =>
        db.Value("SELECT doubted FROM clock WHERE doubted IS NOT NULL", r => r.Date(0));

    /// <summary>What was said until then may have been forgotten under a clock that was ahead; 0 if it never was by so much.</summary>
    public static Timestamp Forgot(IReadSnapshot db) => db.Date("SELECT coalesce(max(forgot), 0) FROM clock");

    /// <summary>Something was signed or answered by that time.</summary>
    /// <param name="isConfirmed">Banks have agreed: the clock is doubted no more.</param>
    public static int Advance(IWriteTransaction db, Timestamp now, bool isConfirmed) => db.Execute(
        """
        INSERT INTO clock(singleton, signed, doubted) VALUES(1, $1, NULL)
        ON CONFLICT(singleton) DO UPDATE SET signed = CASE WHEN clock.signed > excluded.signed THEN clock.signed ELSE excluded.signed END,
            doubted = CASE WHEN $2 = 1 THEN NULL ELSE clock.doubted END
        """,
        now, isConfirmed);

    /// <summary>The clock is doubted; since when does not change.</summary>
    public static int Doubt(IWriteTransaction db, Timestamp since) => db.Execute(
        """
        INSERT INTO clock(singleton, signed, doubted) VALUES(1, 0, $1)
        ON CONFLICT(singleton) DO UPDATE SET doubted = coalesce(clock.doubted, excluded.doubted)
        """,
        since);

    /// <summary>A person says that the clock is right: nothing was signed later than now.</summary>
    /// <param name="hasForgotten">By a clock that was ahead coins may have been forgotten.</param>
    public static int Accept(IWriteTransaction db, Timestamp now, bool hasForgotten) => db.Execute(
        """
        INSERT INTO clock(singleton, signed, doubted) VALUES(1, $1, NULL)
        ON CONFLICT(singleton) DO UPDATE SET
            signed = CASE WHEN clock.signed < excluded.signed THEN clock.signed ELSE excluded.signed END, doubted = NULL,
            forgot = CASE WHEN $2 = 1 OR clock.forgot > excluded.signed THEN excluded.signed ELSE clock.forgot END
        """,
        now, hasForgotten);
}
