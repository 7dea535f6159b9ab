"""The methods beside an independent implementation: statsmodels 0.15.0, whose numbers stand here.

Where both compute the same thing the tolerance is rounding (1e-6). statsmodels' Theta estimates
its level and share together, by another search, and starts the drift a period later; there 2 %.
"""

import pytest

from shucheng.plan.forecast.methods import METHODS
from shucheng.plan.forecast.seasons import seasonal, seasonal_factors
from shucheng.plan.forecast.smoothing import drift, simple, slope, theta, with_trend

# Two years of a well-known pattern and ten points of a line with noise.
MONTHS = (
    *(112.0, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118),
    *(115.0, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140),
)
LINE = (23.4, 25.1, 24.8, 27.0, 28.9, 28.1, 30.4, 31.9, 31.2, 33.8)
NO_SHOCK = [0.0] * 4


def test_the_slope_of_the_line_through_all_numbers() -> None:
    assert slope(MONTHS) == pytest.approx(0.9704347826086961)
    assert slope(LINE) == pytest.approx(1.0981818181818208)


@pytest.mark.parametrize(
    ("numbers", "level", "comes"),
    [
        (MONTHS, 110.0, (134.5143813742614, 133.93230099226815, 133.40842864847423)),
        (LINE, 22.0, (33.45311596818222, 33.95635793753296, 34.40927570994862)),
    ],
)
def test_the_damped_trend_with_given_shares(
    numbers: tuple[float, ...], level: float, comes: tuple[float, ...]
) -> None:
    # ExponentialSmoothing(trend="add", damped_trend=True) with a known start and smoothing_trend
    # 0.1, which is a share of the share: 0.05 of the error.
    fitted = with_trend(numbers, (level, 1.0), alpha=0.5, beta=0.05, damping=0.9)
    assert fitted.path(NO_SHOCK[:3]) == pytest.approx(comes)


@pytest.mark.parametrize(
    ("numbers", "comes"),
    [
        (MONTHS, (140.48197865935632, 140.96719605066068, 141.452413441965, 141.93763083326937)),
        (LINE, (34.347135501884786, 34.89622641097569, 35.44531732006661, 35.994408229157514)),
    ],
)
def test_theta(numbers: tuple[float, ...], comes: tuple[float, ...]) -> None:
    assert theta(numbers).path(NO_SHOCK) == pytest.approx(comes, rel=0.02)


def test_theta_of_months_with_their_seasons_taken_out() -> None:
    comes = (133.3460955838631, 144.57783948856758, 160.13138711683615, 152.1431644573093)
    assert seasonal(theta, MONTHS, 12).path(NO_SHOCK) == pytest.approx(comes, rel=0.02)


def test_the_factors_of_the_seasons() -> None:
    assert seasonal_factors(MONTHS, 12) == pytest.approx(
        (
            *(0.8853778150221768, 0.9567026620083906, 1.0560479000512926, 0.9999918085527097),
            *(0.9191803060220478, 1.0851340318074387, 1.1795086009611193, 1.1752602071790064),
            *(1.0739905028966645, 0.9351739242048608, 0.8146550168555924, 0.9189772244387008),
        )
    )


def test_simple_smoothing_finds_the_share_with_the_least_squared_error() -> None:
    fitted = simple(MONTHS)
    assert fitted.alpha == pytest.approx(1.0, abs=0.002)
    assert sum(error * error for error in fitted.residuals) == pytest.approx(4838.0, rel=1e-3)
    assert fitted.path(NO_SHOCK) == pytest.approx([140.0] * 4, rel=1e-3)


def test_drift_goes_on_along_the_line_from_first_to_last() -> None:
    # statsforecast 2.1.1, RandomWalkWithDrift
    comes = (141.2173913, 142.43478261, 143.65217391, 144.86956522)
    assert drift(MONTHS).path(NO_SHOCK) == pytest.approx(comes)
    assert drift(LINE).path(NO_SHOCK[:2]) == pytest.approx((34.95555556, 36.11111111))


def test_every_method_says_how_many_numbers_it_needs_and_works_with_so_many() -> None:
    for method in METHODS:
        least = MONTHS[: method.needs(4)]
        for relative in (False, True):
            fitted = method.fitted(least, 4, relative=relative)
            assert len(fitted.path([0.0] * 6, (0.0, 0.0))) == 6
