"""Credit codes and names that belong to nobody.

A code is well formed and its check characters are right (GB 32100-2015, GB 11714-1997), but the
registration authority's division is 000000, which GB/T 2260 gives to no place: no firm can have it.
"""

import numpy as np
from numpy.typing import NDArray

ALPHABET = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))
RESERVED = "91000000"
"""How every simulated code begins: industry and commerce, a firm, registered nowhere."""

_ORGANISATION = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_WHOLE = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])

_SYLLABLES = "禾川星澜云岭锦泽恒朗拓远启明瑞和盛达嘉景博创宏信联凯智维优科捷安正源康同力新华"
_FULL_WIDTH = str.maketrans("0123456789", "".join(chr(0xFF10 + each) for each in range(10)))


def credit_codes(numbers: NDArray[np.int64]) -> NDArray[np.object_]:
    """The reserved credit code of each number below 10^8."""
    digits = numbers[:, None] // 10 ** np.arange(7, -1, -1) % 10
    check = -(digits @ _ORGANISATION) % 11
    # Of the organisation's code 10 is written X; in the alphabet of the whole it stands at 29.
    organisation = np.column_stack([digits, np.where(check == 10, 29, check)])
    start = np.array([int(each) for each in RESERVED])
    values = np.column_stack([np.tile(start, (len(numbers), 1)), organisation])
    whole = np.column_stack([values, -(values @ _WHOLE) % 31])
    joined = ["".join(row) for row in ALPHABET[whole]]
    return np.array(joined, dtype=object)


def stem(number: int, word: str) -> str:
    """A firm's name without its form: 模拟企业00001号 and what it is in."""
    size = len(_SYLLABLES)
    made = _SYLLABLES[number * 7 % size] + _SYLLABLES[(number // size * 11 + number) % size]
    return f"模拟企业{number:05}号{made}{word}"


def name(number: int, word: str) -> str:
    return f"{stem(number, word)}有限公司"


def variant_name(number: int, word: str, way: int) -> str:
    """The same firm's name as somebody else would write it, one of four ways."""
    plain = stem(number, word)
    ways = (
        f"{plain}公司",
        f"{plain.translate(_FULL_WIDTH)}有限公司",
        f"{plain.replace('号', '号 ')} 有限公司",
        f"{plain}有限责任公司",
    )
    return ways[way % len(ways)]


def address(number: int) -> str:
    return f"模拟路{number % 997 + 1}号{number % 13 + 1}幢"


def variant_address(number: int) -> str:
    return f"模拟路{number % 997 + 1}-{number % 13 + 1}"
