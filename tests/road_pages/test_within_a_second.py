"""How soon one saw what another did, over all journeys that were walked before."""

import statistics

import pytest

from tests.watching import Step

AT_MOST_MS = 1_000


# Asked for so that this test stands among those with a browser, behind the journeys: pytest puts tests of one parameter together.
@pytest.mark.usefixtures("browser_name")
def test_what_one_does_the_other_sees_within_a_second(steps: list[Step], pytestconfig: pytest.Config) -> None:
    """Half of the steps, beside other tests; 95 of 100 with `--long`, and in `./guild bench live`, which have the machine to themselves."""
    if len(steps) < 2:
        pytest.skip("no journey was walked before")
    late = sorted(step.milliseconds for step in steps)
    p95 = statistics.quantiles(late, n=20, method="inclusive")[-1]
    print(f"{len(late)} steps: p50 {statistics.median(late):.0f} ms, p95 {p95:.0f} ms, most {late[-1]:.0f} ms")  # noqa: T201

    assert all(step.was_told for step in steps)
    assert statistics.median(late) <= AT_MOST_MS
    if pytestconfig.getoption("--long"):
        assert p95 <= AT_MOST_MS
