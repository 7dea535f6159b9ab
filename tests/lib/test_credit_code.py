"""Credit codes, against python-stdnum where it is installed, and against the standard's example."""

from importlib import import_module

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.statistics.engine.simulated.codes import credit_codes
from shucheng.lib import credit_code

EXAMPLE = "91350100M000100Y43"  # GB 32100-2015, as python-stdnum's own test has it


def in_sql(codes: list[str | None]) -> list[bool]:
    query = f"SELECT {credit_code.valid_sql('c')} FROM (SELECT unnest(?) AS c)"  # noqa: S608
    return [row[0] for row in duckdb.execute(query, [codes]).fetchall()]


def test_the_parts_of_a_code() -> None:
    assert credit_code.is_valid(EXAMPLE)
    assert credit_code.division(EXAMPLE) == "350100"
    assert credit_code.organisation(EXAMPLE) == "M000100Y4"
    assert in_sql([EXAMPLE, None, "", EXAMPLE + "\n", EXAMPLE.lower()]) == [True] + [False] * 4


def test_simulated_codes_are_valid_and_registered_nowhere() -> None:
    made = [str(each) for each in credit_codes(np.arange(0, 10**8, 999_983))]
    assert all(map(credit_code.is_valid, made))
    assert all(in_sql(list(made)))
    assert {credit_code.division(each) for each in made} == {"000000"}


@given(st.text(alphabet=credit_code.ALPHABET, min_size=9, max_size=9), st.integers(0, 999_999))
def test_one_wrong_character_is_found(organisation: str, division: int) -> None:
    body = f"91{division:06}{organisation}"
    code = body + credit_code.check_character(body)
    wrong = [
        code[:place] + other + code[place + 1 :]
        for place in range(18)
        for other in "0A"
        if code[place] != other
    ]
    assert credit_code.is_valid(code)
    assert not any(map(credit_code.is_valid, wrong))
    assert in_sql([code, *wrong]) == [True] + [False] * len(wrong)


@given(st.lists(st.text(alphabet=credit_code.ALPHABET + "ISZa９ ", max_size=19), min_size=1))
def test_sql_and_python_agree(codes: list[str]) -> None:
    assert in_sql(list(codes)) == list(map(credit_code.is_valid, codes))


def test_against_stdnum() -> None:
    uscc = import_module("stdnum.cn.uscc")
    for number in range(0, 10**8, 1_234_577):
        body = f"91{number % 10**6:06}{number:08}X"
        assert credit_code.check_character(body) == uscc.calc_check_digit(body)


def test_a_body_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="17"):
        credit_code.check_character("91")
