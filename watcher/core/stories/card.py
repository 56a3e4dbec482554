"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (-2.94, 0.29, -0.14, -0.59, 0.89, 0.49, 0.21, 0.22),
    "large": (-1.96, -0.51, -0.25, 0.16, -0.99, 0.81, 0.78, 1.98),
    "runs_small": (-1.35, -1.17, -1.52, -0.24, -1.29, 1.49, 0.14, 0.85),
    "runs_large": (-1.19, -2.10, -1.42, 0.65, -0.38, 0.73, 1.14, 0.02),
    "title_most": (-3.57, -1.31, 0.11, -0.23, 0.92),
    "title_least": (-0.25, -0.15, -0.30, -0.90, 1.26),
    "titles": (-0.42, -0.94, -0.48, -0.84, 0.03, 1.46),
    "bodies": (0.12, 0.11, -2.38, -2.07, -0.37, -2.44, 0.97),
    "shared": (0.78, 1.48, -0.60, -1.42, -0.51, 0.16),
    "numbers": (0.04, -0.87, 0.62, -0.05, 0.00),
    "numbers_missing": (-0.31, -0.79, 0.05, -2.04),
    "rare_missing": (0.38, 0.03, 0.33, -0.55, -1.34),
    "swaps": (1.54, 0.12, -3.29, -3.85, -4.35, -0.60),
    "name_swaps": (2.13, -3.84, -2.99, -5.18),
    "number_swaps": (-0.23, 0.00, 0.00),
    "same_outlet": (-0.00, -0.79),
    "hours": (-0.72, 0.17, 0.56, -2.37),
}
COPY_BIAS: Final = -0.32

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (-0.20, 0.64, -0.23, 1.01, -0.75, 0.14, 0.10, 1.75),
    "large": (-4.44, -2.63, 0.27, 0.02, -0.53, 0.67, 1.16, 0.85),
    "runs_small": (0.50, -0.45, -0.26, -1.13, -0.04, 0.86, 0.22, 1.88),
    "runs_large": (0.03, -0.11, -1.07, 0.45, 1.25, 0.40, 0.89, 0.45),
    "title_most": (-0.35, 0.31, -0.95, 0.98, 0.62),
    "title_least": (-0.62, -0.14, 0.78, 0.15, 0.90),
    "titles": (0.99, 0.02, 0.28, -1.58, 0.69, 2.52),
    "bodies": (1.39, 0.27, -1.10, -0.12, -1.70, -0.64, -0.07),
    "shared": (0.37, -0.99, -0.60, -1.10, 1.17, -0.51),
    "numbers": (1.41, -1.03, -0.41, -0.22, 0.75),
    "numbers_missing": (-0.31, 4.19, 2.14, -0.92),
    "rare_missing": (1.04, 0.77, 1.05, -0.30, -1.60),
    "swaps": (0.55, 0.65, 0.65, -0.32, -1.52, -2.28),
    "name_swaps": (-0.16, 0.23, -1.47, 0.00),
    "number_swaps": (0.70, -3.49, -4.93),
    "same_outlet": (-0.29, 0.01),
    "hours": (1.44, -1.01, -0.68, -4.64),
}
REPORT_BIAS: Final = -0.36
