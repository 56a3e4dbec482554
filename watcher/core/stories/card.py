"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.51, 0.53, 0.55, 0.57, 0.58, 0.59, 0.68),
    "large": (0.00, 0.01, 0.04, 0.05, 0.05, 0.43, 0.76, 1.40),
    "runs_small": (0.00, 0.02, 0.15, 0.64, 0.66, 1.19, 1.20, 1.21),
    "runs_large": (0.00, 0.01, 0.03, 0.22, 0.23, 0.55, 0.84, 0.84),
    "title_most": (0.00, 0.06, 0.51, 1.03, 2.87),
    "title_least": (0.00, 0.01, 0.02, 0.03, 1.37),
    "titles": (0.00, 0.01, 0.19, 0.20, 0.43, 1.84),
    "bodies": (0.00, 0.01, 0.02, 0.03, 0.33, 0.49, 1.51),
    "shared": (0.00, 0.01, 0.01, 0.02, 0.02, 0.56),
    "numbers": (-0.74, -1.31, -0.21, -1.40, 0.00),
    "numbers_missing": (0.00, -1.40, -2.35, -2.94),
    "names": (0.29, 0.73, -0.59, -1.25, 0.07),
    "names_missing": (0.00, -1.04, -1.53, -2.47),
    "rare_missing": (0.00, -0.24, -0.25, -1.09, -2.23),
    "swaps": (0.00, -1.63, -4.63, -6.34, -7.60, -7.73),
    "name_swaps": (0.00, -2.69, -4.21, -5.26),
    "number_swaps": (0.00, 0.00, 0.00),
}
COPY_BIAS: Final = -1.40

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.43, 0.43, 0.45, 0.45, 0.46, 0.46, 2.58),
    "large": (0.00, 0.29, 1.86, 2.12, 2.13, 2.13, 2.14, 2.30),
    "runs_small": (0.00, 0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.32),
    "runs_large": (0.00, 0.00, 0.01, 0.02, 0.02, 0.02, 0.14, 0.15),
    "title_most": (0.00, 0.01, 0.01, 0.02, 0.03),
    "title_least": (0.00, 0.67, 0.67, 0.68, 0.68),
    "titles": (0.00, 0.31, 0.31, 0.32, 0.33, 1.37),
    "bodies": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.02),
    "shared": (0.00, 0.00, 0.01, 0.02, 1.46, 1.47),
    "numbers": (0.62, -1.69, -1.25, -0.45, -0.23),
    "numbers_missing": (0.00, -0.29, -0.82, -1.23),
    "names": (0.52, -0.46, -0.98, -0.54, -2.61),
    "names_missing": (0.00, -0.66, -0.95, -1.96),
    "rare_missing": (0.00, -0.28, -0.29, -0.30, -1.60),
    "swaps": (0.00, -0.16, -0.17, -0.65, -2.91, -4.43),
    "name_swaps": (0.00, -0.00, -0.82, -0.82),
    "number_swaps": (0.00, -2.89, -5.20),
}
REPORT_BIAS: Final = -0.21
