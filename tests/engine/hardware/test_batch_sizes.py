"""Which batch sizes are tried, and which one is recommended."""

from __future__ import annotations

from workbench.hardware.batch_sizes import MeasuredBatch, advise, sizes_to_try, too_large


def measured(*rates: float) -> list[MeasuredBatch]:
    return [MeasuredBatch(8 * 2**number, rate) for number, rate in enumerate(rates)]


def test_sizes_double_up_to_the_images_there_are() -> None:
    assert sizes_to_try(100) == [8, 16, 32, 64]
    assert sizes_to_try(8) == [8]
    assert sizes_to_try(5) == [5]


def test_what_would_fill_the_memory_is_not_tried() -> None:
    assert too_large(500_000_000, 1_000_000_000) == ""
    assert "750 MB of the 800 MB" in too_large(500_000_000, 800_000_000)


def test_the_smallest_size_that_is_as_fast_is_recommended() -> None:
    advice = advise(measured(1000, 2000, 2900, 3000, 2800), "of 200 images")
    assert advice is not None
    assert (advice.recommended, advice.fastest, advice.largest) == (32, 64, 128)
    for part in ("32 images a step train at 2,900", "64: 3,000", "128 (of 200 images)", "larger l"):
        assert part in advice.words


def test_the_fastest_itself_is_not_compared_with_itself() -> None:
    advice = advise(measured(1000, 3000))
    assert advice is not None
    assert advice.recommended == advice.fastest == 16
    assert "within" not in advice.words


def test_nothing_measured_advises_nothing() -> None:
    assert advise([]) is None
