"""Values that belong to nobody, from a seed: well formed, their check characters hold."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from shucheng.bays.data.engine.grading.numbers import id_check, luhn
from shucheng.lib import credit_code

AS_OF = date(2026, 11, 1)
SAMPLES = 120
Make = Callable[[random.Random], str]
MADE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "grading_made.yaml").read_text(encoding="utf-8")
)
_OF = MADE["values"]
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "0123456789"
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def person(r: random.Random) -> str:
    surname: str = r.choice(_OF["compound"] if r.random() < 0.03 else _OF["surnames"])
    return surname + "".join(r.choices(_OF["given"], k=2 if r.random() < 0.75 else 1))


def resident_id(r: random.Random) -> str:
    born = AS_OF - timedelta(days=r.randrange(19 * 365, 80 * 365))
    body = f"{r.choice(_OF['divisions'])}{born:%Y%m%d}{r.randrange(1, 1000):03}"
    return body + id_check(body)


def bank_card(r: random.Random) -> str:
    start, size = r.choice(_OF["cards"])
    body: str = start + "".join(r.choices(_DIGITS, k=size - len(start) - 1))
    return next(body + each for each in _DIGITS if luhn(body + each))


def mobile(r: random.Random) -> str:
    return f"{r.choice((138, 139, 150, 159, 177, 186, 191, 199))}{r.randrange(10**8):08}"


def phone(r: random.Random) -> str:
    return mobile(r) if r.random() < 0.8 else f"0515-8{r.randrange(10**7):07}"


def credit(r: random.Random) -> str:
    tail = "".join(r.choices(credit_code.ALPHABET, k=7))
    body = f"91{r.choice(_OF['divisions'])}MA{tail}"
    return body + credit_code.check_character(body)


def plate(r: random.Random) -> str:
    area = f"苏{r.choice(_LETTERS[:12])}"
    if r.random() < 0.3:
        return f"{area}{r.choice('DF')}{r.choice('ABCDEFG0123456789')}{r.randrange(10**4):04}"
    return area + r.choice(["", "·"]) + "".join(r.choices(_LETTERS + _DIGITS, k=5))


def address(r: random.Random) -> str:
    place = r.choice(_OF["places"])
    if r.random() < 0.5:
        return f"{place}{r.choice(_OF['roads'])}{r.randrange(1, 400)}号"
    house = f"{r.randrange(1, 40)}幢{r.randrange(1, 5)}单元{r.randrange(101, 1900)}室"
    return f"{place}{r.choice(_OF['estates'])}{house}"


def email(r: random.Random) -> str:
    name = "".join(r.choices("abcdefghijk0123456789", k=7))
    return f"{name}@{r.choice(('163.com', 'qq.com', 'mail.gov.cn'))}"


def passport(r: random.Random) -> str:
    if r.random() < 0.3:
        return f"E{r.choice('ABCDEFGHJK')}{r.randrange(10**7):07}"
    return f"{r.choice('EG')}{r.randrange(10**8):08}"


def coordinates(r: random.Random) -> str:
    lng, lat = f"{r.uniform(119.5, 121.0):.6f}", f"{r.uniform(32.6, 34.5):.6f}"
    return r.choice([f"{lng},{lat}", f"{lat}, {lng}", f"POINT({lng} {lat})"])


def organisation(r: random.Random) -> str:
    return f"盐城{''.join(r.choices('禾川星澜云岭锦泽恒朗拓启', k=2))}{r.choice(_OF['firms'])}"


VALUES: dict[str, Make] = {
    "name": person,
    "resident_id": resident_id,
    "bank_account": bank_card,
    "phone": phone,
    "credit_code": credit,
    "vehicle": plate,
    "address": address,
    "email": email,
    "online_id": lambda r: ".".join(str(r.randrange(1, 255)) for _ in range(4)),
    "passport": passport,
    "coordinates": coordinates,
    "organisation_name": organisation,
    "health": lambda r: r.choice(_OF["diseases"]),
}


def _day(r: random.Random) -> str:
    return str(date(2020, 1, 1) + timedelta(days=r.randrange(2000)))


LOOKALIKE: dict[str, Make] = {
    "order": lambda r: f"{_day(r).replace('-', '')}{r.randrange(10**10):010}",
    "serial": lambda r: f"62{r.randrange(10**14):014}",
    "timestamp": lambda r: str(r.randrange(1_600_000_000_000, 1_700_000_000_000)),
    "imei": lambda r: f"86{r.randrange(10**13):013}",
    "version": lambda r: f"v{r.randrange(9)}.{r.randrange(20)}.{r.randrange(20)}",
    "product": lambda r: f"{r.choice('ABCK')}{r.choice('XYZ')}-{r.randrange(10**5):05}",
    "number": lambda r: f"{r.uniform(0, 1e6):.4f}",
    "hash": lambda r: f"{r.getrandbits(128):032x}",
    "date": _day,
    "dispatch": lambda r: f"盐政办发〔{r.randrange(2018, 2026)}〕{r.randrange(1, 120)}号",
    "percent": lambda r: f"{r.uniform(0, 100):.2f}%",
    # Of the right place, with a month that no year has.
    "bad_id": lambda r: (
        f"{r.choice(_OF['divisions'])}19{r.randrange(50, 99)}{r.randrange(13, 99)}"
        f"{r.randrange(10**6):06}"
    ),
    "icd_like": lambda r: f"{r.choice('ABC')}{r.randrange(100):02}",
    **{kind: (lambda r, kind=kind: r.choice(MADE["words"][kind])) for kind in MADE["words"]},
}


def values(r: random.Random, category: str, count: int = SAMPLES) -> list[str]:
    """A column of values: plain, in free text, with blanks, in full-width digits, one in eight, or
    a quarter of them filled with something else."""
    make, around = VALUES[category], MADE["around"].get(category)
    plain = [make(r) for _ in range(r.choice((8, 30, count, count)))]
    style = r.choice(("plain", "plain", "text", "wide", "blanks", "sparse", "dirty", "dirty"))
    if style == "dirty":
        return [r.choice(MADE["dirt"]) if r.random() < 0.25 else each for each in plain]
    if style == "wide":
        return [each.translate(_FULL_WIDTH) for each in plain]
    if style == "blanks" and category in ("resident_id", "bank_account"):
        return [f"{each[:6]} {each[6:14]} {each[14:]}" for each in plain]
    if style == "text" and around:
        return [r.choice(around).format(each) for each in plain]
    if style == "sparse" and around:
        told = (r.choice(around).format(each) for each in plain)
        return [each if place % 8 == 0 else "无" for place, each in enumerate(told)]
    return plain
