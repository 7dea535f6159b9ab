"""Honours (资质荣誉) as files tell them: with days of their own, or month by month in a register.

A row of honours' own files says since when an honour holds, until when, or that it is withdrawn.
A register's column says of a month that a firm holds an honour or does not (`holds`; empty in rows
of the other kind). Its first yes opens one where none is valid, those after that say the same
again, and the next no ends it on the day before. An honour of its own file ends as that file says;
where such a file speaks of the same day it goes before the register's.
"""

TOLD = """
    WITH said AS (
        SELECT * FROM read_under_one_code
        WHERE coalesce(holds, true)
            OR (firm, kind) IN (SELECT (firm, kind) FROM read_under_one_code WHERE holds)
        QUALIFY row_number() OVER (
            PARTITION BY firm, kind, since, holds IS NULL
            ORDER BY recorded DESC, coalesce(holds, true) DESC, told_of <> firm, told_of
        ) = 1
    ),
    own AS (SELECT * FROM said WHERE holds IS NULL),
    covered AS (
        SELECT said.firm, said.kind, said.since FROM said JOIN own USING (firm, kind)
        WHERE said.holds AND NOT coalesce(own.withdrawn, false)
            AND said.since BETWEEN own.since AND coalesce(own.until, said.since)
    ),
    changed AS (
        SELECT * FROM (
            SELECT *, lag(holds) OVER (PARTITION BY firm, kind ORDER BY since) AS before
            FROM said WHERE holds IS NOT NULL
                AND NOT (holds AND (firm, kind, since) IN (SELECT (firm, kind, since) FROM covered))
        ) WHERE holds IS DISTINCT FROM before
    ),
    opened AS (
        SELECT * EXCLUDE (before) REPLACE (
            lead(since) OVER (PARTITION BY firm, kind ORDER BY since) - 1 AS until
        )
        FROM changed
    )
    SELECT * FROM own
    UNION ALL BY NAME
    SELECT * FROM opened ANTI JOIN own USING (firm, kind, since) WHERE holds
"""
"""What holds, or is withdrawn, of the view `read_under_one_code`."""
