"""Unified social credit codes (统一社会信用代码): is one well formed, and what it says.

GB 32100-2015: 18 characters of an alphabet of 31 (no I, O, S, V, Z): registration authority,
kind of entity, division (GB/T 2260, 6 digits), organisation code (GB 11714-1997, 9), check
character: the weights are powers of 3 modulo 31. Codes that no firm can have, for trials, have
000000 as division, which GB/T 2260 gives to no place.
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def check_character(body: str) -> str:
    """The last character of a code that begins with these 17. Raises `ValueError` for others."""
    if len(body) != 17:
        raise ValueError("17 characters are needed")
    total = sum(weight * ALPHABET.index(each) for weight, each in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """18 characters of the alphabet, digits where the division is, the check character right."""
    return (
        len(code) == 18
        and all(each in ALPHABET for each in code)
        and all(each in "0123456789" for each in code[2:8])
        and check_character(code[:17]) == code[17]
    )


def division(code: str) -> str:
    """Where the firm is registered: six digits of GB/T 2260. It need not be where it works."""
    return code[2:8]


def organisation(code: str) -> str:
    """The organisation code (组织机构代码) inside, as older files name the firm."""
    return code[8:17]


def valid_sql(column: str) -> str:
    """`is_valid` as a DuckDB expression, false where the column is null; `column` is one of our
    own names, never a user's text."""
    body = " + ".join(
        f"{weight} * (strpos('{ALPHABET}', {column}[{place}]) - 1)"
        for place, weight in enumerate(WEIGHTS, start=1)
    )
    form = "^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$"
    # The check character completes the sum to a multiple of 31.
    return (
        f"coalesce(CASE WHEN regexp_matches({column}, '{form}') AND strlen({column}) = 18"
        f" THEN ({body} + strpos('{ALPHABET}', {column}[18]) - 1) % 31 = 0"
        f" ELSE false END, false)"
    )
