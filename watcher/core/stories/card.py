"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.52, 0.53, 0.54, 0.56, 0.57, 0.58, 0.69),
    "large": (0.00, 0.01, 0.04, 0.05, 0.05, 0.42, 0.75, 1.41),
    "runs_small": (0.00, 0.02, 0.13, 0.63, 0.66, 1.17, 1.18, 1.19),
    "runs_large": (0.00, 0.01, 0.02, 0.22, 0.23, 0.55, 0.84, 0.85),
    "title_most": (0.00, 0.05, 0.50, 1.04, 2.86),
    "title_least": (0.00, 0.01, 0.01, 0.02, 1.34),
    "titles": (0.00, 0.01, 0.19, 0.20, 0.44, 1.86),
    "bodies": (0.00, 0.01, 0.02, 0.03, 0.31, 0.44, 1.48),
    "shared": (0.00, 0.01, 0.01, 0.01, 0.02, 0.56),
    "numbers": (-0.76, -1.34, -0.23, -1.40, 0.00),
    "numbers_missing": (0.00, -1.40, -2.36, -2.95),
    "names": (0.26, 0.73, -0.59, -1.24, 0.12),
    "names_missing": (0.00, -1.06, -1.56, -2.51),
    "rare_missing": (0.00, -0.24, -0.25, -1.09, -2.23),
    "swaps": (0.00, -1.63, -4.65, -6.40, -7.68, -7.80),
    "name_swaps": (0.00, -2.67, -4.18, -5.24),
    "number_swaps": (0.00, 0.00, 0.00),
}
COPY_BIAS: Final = -1.39

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.45, 0.46, 0.65, 0.66, 0.67, 0.68, 2.37),
    "large": (0.00, 0.09, 1.62, 1.90, 1.91, 1.91, 1.93, 1.93),
    "runs_small": (0.00, 0.00, 0.01, 0.01, 0.04, 0.15, 0.15, 0.49),
    "runs_large": (0.00, 0.00, 0.01, 0.01, 0.02, 0.02, 0.25, 0.25),
    "title_most": (0.00, 0.01, 0.01, 0.01, 0.02),
    "title_least": (0.00, 0.60, 0.60, 0.60, 0.61),
    "titles": (0.00, 0.30, 0.31, 0.31, 0.45, 1.74),
    "bodies": (0.00, 0.00, 0.00, 0.01, 0.01, 0.02, 0.03),
    "shared": (0.00, 0.00, 0.01, 0.01, 1.57, 1.58),
    "numbers": (0.81, -1.60, -1.15, -0.62, 0.19),
    "numbers_missing": (0.00, -0.16, -0.64, -0.83),
    "names": (0.62, -0.24, -0.84, -0.49, -2.82),
    "names_missing": (0.00, -0.62, -0.92, -1.97),
    "rare_missing": (0.00, -0.34, -0.35, -0.36, -1.75),
    "swaps": (0.00, -0.16, -0.17, -0.82, -3.09, -4.62),
    "name_swaps": (0.00, -0.00, -1.04, -1.04),
    "number_swaps": (0.00, -2.68, -4.94),
}
REPORT_BIAS: Final = -0.19
