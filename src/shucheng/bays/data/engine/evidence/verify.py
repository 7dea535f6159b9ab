#!/usr/bin/env python3
"""Verify that something was logged as evidence. Stands alone: it needs this file and Python 3.10.

    python verify.py CONTENT PROOF --public-key KEY [--older HEAD] [--witness FILE]

      CONTENT            the leaf's content, byte for byte
      PROOF              the proof that the platform gave with it (JSON)
      --public-key KEY   who may sign, `sm2:...` or `ed25519:...`, noted earlier or taken from where
                         the platform publishes it, never from the proof; may be repeated
      --older HEAD       a signed head kept earlier (JSON): the log still begins as it did then
      --witness FILE     a witness's file of heads (JSON lines), asked from the witness

What is checked, in this order: the content gives the leaf's hash; the leaf's path leads to the
root of the head (RFC 9162, 2.1.3.2); the head is signed by one of the keys; the older head is too,
and the log continues it (2.1.4.2); so does each line of the witness's file the line before, and the
head is part of that history.

Exit code: 0 all of it holds, 1 something does not, 2 something could not be read.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Broken(Exception):
    """What does not hold, and why."""


class Unreadable(Exception):
    """What is no file of its kind."""


class Head(NamedTuple):
    origin: str
    size: int
    root: bytes
    timestamp: int
    hash: str
    public_key: str
    signature: str


FIELDS = {**dict.fromkeys(Head._fields, str), "size": int, "timestamp": int}


def verify(content: bytes, proof: Any, keys: Sequence[str], older: Any, witness: Any) -> None:
    """Print what holds. `older` is a head, `witness` the lines of a file; None: not asked for.
    Raises `Broken`, `Unreadable`."""
    if not isinstance(proof, dict) or proof.get("schema") != "shucheng.evidence-proof/1":
        raise Unreadable("the proof is none of schema shucheng.evidence-proof/1")
    head = read_head(proof.get("head"), "the head")
    digest, index = HASHES[head.hash], proof.get("index")
    if type(index) is not int or index < 0:
        raise Unreadable("index is no whole number")
    (leaf,) = hashes([proof.get("leaf_hash")], "leaf_hash")
    if digest(b"\x00" + content) != leaf:
        raise Broken(f"content: it is not what was logged as leaf {index}")
    print(f"ok  content: it is leaf {index}, {head.hash} {leaf.hex()}")
    path = hashes(proof.get("inclusion"), "inclusion")
    if not is_included(digest, leaf, index, head.size, path, head.root):
        raise Broken(f"inclusion: the path does not lead from leaf {index} to the head's root")
    print(f"ok  inclusion: the leaf is in the tree of {head.size} leaves")
    check_signature(head, keys, "head")
    print(f"ok  head: {head.origin}, signed at {moment(head)} by {head.public_key}")
    if older is not None:
        kept = read_head(older, "the older head")
        check_signature(kept, keys, "older head")
        check_same_log(head, kept, proof, "older head")
        print(f"ok  older head: the log of {kept.size} leaves, of {moment(kept)}, is the same log")
    if witness is not None:
        check_witness(head, proof, keys, witness)


def check_witness(head: Head, proof: Any, keys: Sequence[str], lines: Iterator[Any]) -> None:
    heads: list[Head] = []
    for row, line in enumerate(lines, 1):
        name = f"witness, line {row}"
        taken = read_head(line.get("head") if isinstance(line, dict) else None, name)
        check_signature(taken, keys, name)
        last = heads[-1] if heads else taken
        if (taken.origin, taken.hash) != (last.origin, last.hash):
            raise Broken(f"{name}: it is of another log than the line before")
        path = hashes(line.get("consistency"), f"{name}, consistency")
        if not continues(HASHES[head.hash], last, taken, path) or taken.timestamp < last.timestamp:
            raise Broken(f"{name}: it does not continue the line before")
        heads.append(taken)
    if not heads:
        raise Broken("witness: the file holds no head")
    # What the witness took at this size or next after it, or else what it took last.
    near = next((each for each in heads if each.size >= head.size), heads[-1])
    check_same_log(head, near, proof, "witness")
    print(f"ok  witness: it took {len(heads)}, the last of {heads[-1].size} leaves, of one log")


def check_same_log(head: Head, other: Head, proof: Any, name: str) -> None:
    """The head and one known from elsewhere state one history."""
    if (other.origin, other.hash) != (head.origin, head.hash):
        raise Broken(f"{name}: it is of another log, {other.origin}")
    first, second = sorted((other, head), key=lambda each: each.size)
    paths, path = proof.get("consistency"), list[bytes]()
    if other.size != head.size:
        if not isinstance(paths, dict) or str(other.size) not in paths:
            raise Broken(f"{name}: ask the platform for a proof that names {other.size} leaves too")
        path = hashes(paths[str(other.size)], f"{name}, consistency")
    if not continues(HASHES[head.hash], first, second, path):
        raise Broken(
            f"{name}: {first.size} and {second.size} leaves are not one history:"
            " the log was rewritten, or shown differently to different people"
        )


def check_signature(head: Head, keys: Sequence[str], name: str) -> None:
    if head.public_key not in keys:
        raise Broken(f"{name}: signed with another key than those given: {head.public_key}")
    scheme, _, key = head.public_key.partition(":")
    signed_with, _, signature = head.signature.partition(":")
    key_id = HASHES[head.hash](head.public_key.encode()).hex()[:16]
    lines = ("shucheng.evidence-head/1", head.origin, head.size, head.root.hex(), head.timestamp)
    signed = "".join(f"{line}\n" for line in (*lines, head.hash, f"{scheme}:{key_id}"))
    if scheme not in SCHEMES or scheme != signed_with:
        raise Broken(f"{name}: signed in no known way: {signed_with or 'unsigned'}")
    try:
        raw = [base64.b64decode(text, validate=True) for text in (key, signature)]
    except ValueError:
        raise Broken(f"{name}: key or signature is not base64") from None
    if not SCHEMES[scheme](raw[0], signed.encode(), raw[1]):
        raise Broken(f"{name}: the signature does not hold")


# -- reading ----------------------------------------------------------------------------------


def read_head(said: Any, name: str) -> Head:
    whole = isinstance(said, dict) and said.get("schema") == "shucheng.evidence-head/1"
    whole = whole and all(type(said.get(field)) is kind for field, kind in FIELDS.items())
    whole = whole and said["hash"] in HASHES and said["origin"].isprintable()
    if not whole or min(said["size"], said["timestamp"]) < 0:
        raise Unreadable(f"{name} is none of schema shucheng.evidence-head/1")
    (root,) = hashes([said["root"]], f"{name}, root")
    return Head(**{**{field: said[field] for field in FIELDS}, "root": root})


def hashes(texts: Any, name: str) -> list[bytes]:
    if not isinstance(texts, list) or not all(
        isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text) for text in texts
    ):
        raise Unreadable(f"{name}: no hashes of 64 hexadecimal digits each")
    return [bytes.fromhex(text) for text in texts]


def lines_of(file: Path) -> Iterator[Any]:
    """A last line without its end is one that the witness is writing."""
    with file.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield json.loads(line)


def moment(head: Head) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(head.timestamp // 1000))


# -- the tree ---------------------------------------------------------------------------------

Digest = Callable[[bytes], bytes]


def is_included(
    digest: Digest, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes
) -> bool:
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = digest(b"\x01" + step + found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = digest(b"\x01" + found + step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def continues(digest: Digest, old: Head, new: Head, path: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2; every log begins with the empty one."""
    if old.size == new.size or old.size == 0:
        expected = new.root if old.size == new.size else digest(b"")
        return not path and old.root == expected
    if old.size > new.size or not path:
        return False
    steps = path if old.size & (old.size - 1) else [old.root, *path]
    fn, sn = old.size - 1, new.size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = digest(b"\x01" + step + first), digest(b"\x01" + step + second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = digest(b"\x01" + second + step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and first == old.root and second == new.root


# -- SM3 (GB/T 32905-2016) --------------------------------------------------------------------

MASK = 0xFFFFFFFF
SM3_START = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600]
SM3_START += [0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]


def _rotated(word: int, by: int) -> int:
    return (word << by | word >> 32 - by) & MASK


_CONSTANTS = [_rotated(0x79CC4519 if j < 16 else 0x7A879D8A, j % 32) for j in range(64)]


def sm3(data: bytes) -> bytes:
    data += b"\x80" + bytes((55 - len(data)) % 64) + (len(data) * 8).to_bytes(8, "big")
    state = SM3_START
    for start in range(0, len(data), 64):
        state = _compressed(state, data[start : start + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def _compressed(state: list[int], block: bytes) -> list[int]:
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _rotated(w[j - 3], 15)
        w.append(x ^ _rotated(x, 15) ^ _rotated(x, 23) ^ _rotated(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j, constant in enumerate(_CONSTANTS):
        ss1 = _rotated((_rotated(a, 12) + e + constant) & MASK, 7)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & g
        tt1 = (ff + d + (ss1 ^ _rotated(a, 12)) + (w[j] ^ w[j + 4])) & MASK
        tt2 = (gg + h + ss1 + w[j]) & MASK
        a, b, c, d = tt1, a, _rotated(b, 9), c
        e, f, g, h = tt2 ^ _rotated(tt2, 9) ^ _rotated(tt2, 17), e, _rotated(f, 19), g
    return [one ^ two for one, two in zip(state, (a, b, c, d, e, f, g, h))]  # noqa: B905


# -- SM2 (GB/T 32918.2-2016, section 7; curve of 32918.5; signer id of GM/T 0009) -------------

Point = tuple[int, ...]

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SIGNER = b"1234567812345678"


def sm2_holds(public: bytes, data: bytes, signature: bytes) -> bool:
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    if len(public) != 64 or x >= P or y >= P or (y * y - x**3 + 3 * x - B) % P:
        return False
    r, s = _der_numbers(signature)
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t):
        return False
    curve = b"".join(value.to_bytes(32, "big") for value in (P - 3, B, *G))
    owner = sm3((len(SIGNER) * 8).to_bytes(2, "big") + SIGNER + curve + public)
    e = int.from_bytes(sm3(owner + data), "big")
    found = _sum(_sm2_add, (), s, G, t, (x, y))
    return bool(found) and (e + found[0]) % N == r


def _der_numbers(der: bytes) -> tuple[int, int]:
    """The two INTEGERs of a short sequence in their only right spelling; (0, 0): it is none."""
    half = 4 + der[3] if len(der) > 8 else 0
    r, s = (int.from_bytes(part[2:], "big") for part in (der[2:half], der[half:]))
    numbers = b"".join(
        bytes([2, length]) + value.to_bytes(length, "big")
        for value, length in ((each, each.bit_length() // 8 + 1) for each in (r, s))
        if length < 100
    )
    return (r, s) if der == bytes([0x30, len(numbers)]) + numbers else (0, 0)


def _sm2_add(one: Point, two: Point) -> Point:
    """Points of the curve; () is the one at infinity."""
    if not one or not two:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % P == 0:
        return ()
    if one == two:
        slope = 3 * (x1 * x1 - 1) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _sum(
    add: Callable[[Point, Point], Point], zero: Point, a: int, one: Point, b: int, two: Point
) -> Point:
    """a times one and b times two."""
    table = [zero, one, two, add(one, two)]
    found = zero
    for bit in reversed(range(256)):
        found = add(found, found)
        found = add(found, table[(a >> bit & 1) + 2 * (b >> bit & 1)])
    return found


# -- Ed25519 (RFC 8032, 5.1.7) ----------------------------------------------------------------

Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q
BASE = bytes([0x58]) + bytes([0x66]) * 31


def ed25519_holds(public: bytes, data: bytes, signature: bytes) -> bool:
    key, base = _ed_point(public), _ed_point(BASE)
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or base is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + data).digest(), "little") % L
    negative = (-key[0] % Q, key[1], 1, -key[3] % Q)
    x, y, z, _ = _sum(_ed_add, (0, 1, 1, 0), s, base, h, negative)
    x, y = x * pow(z, -1, Q) % Q, y * pow(z, -1, Q) % Q
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def _ed_point(text: bytes) -> Point | None:
    sign, y = divmod(int.from_bytes(text, "little"), 2**255)
    if len(text) != 32 or y >= Q:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    if x * x % Q != square:
        x = x * pow(2, (Q - 1) // 4, Q) % Q
    if x * x % Q != square or (not x and sign):
        return None
    x = Q - x if x & 1 != sign else x
    return x, y, 1, x * y % Q


def _ed_add(one: Point, two: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, two
    a, b = (y1 - x1) * (y2 - x2) % Q, (y1 + x1) * (y2 + x2) % Q
    c, d = 2 * t1 * t2 * D % Q, 2 * z1 * z2 % Q
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q


HASHES: dict[str, Digest] = {"sm3": sm3, "sha256": lambda data: hashlib.sha256(data).digest()}
SCHEMES = {"sm2": sm2_holds, "ed25519": ed25519_holds}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("content", "proof", "--older", "--witness"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--public-key", action="append", required=True)
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        proof = json.loads(options.proof.read_bytes())
        older = json.loads(options.older.read_bytes()) if options.older else None
        witness = lines_of(options.witness) if options.witness else None
        verify(options.content.read_bytes(), proof, options.public_key, older, witness)
    except Broken as error:
        print(f"FAILED  {error}")
        return 1
    except (Unreadable, OSError, ValueError, OverflowError, RecursionError) as error:
        print(f"UNREADABLE  {error}", file=sys.stderr)
        return 2
    alone = "" if options.older or options.witness else ", against this head alone"
    print(f"VERIFIED{alone}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
