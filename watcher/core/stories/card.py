"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (-2.47, 0.81, -0.09, -0.11, 1.34, 0.68, -0.45, 0.78),
    "large": (-0.91, -1.76, -0.31, -0.10, -0.81, 0.52, 1.16, 2.31),
    "runs_small": (-1.36, -0.29, -1.01, -0.23, -0.75, 1.70, 0.72, 0.22),
    "runs_large": (-0.65, -1.62, -1.15, 0.44, -0.45, 0.52, 0.85, 0.46),
    "title_most": (-3.20, -1.14, -1.00, -0.23, 1.77),
    "title_least": (-0.42, 0.05, -0.54, -0.83, 0.79),
    "titles": (-0.47, -0.87, 0.30, -0.65, -0.04, 1.68),
    "bodies": (0.61, 0.20, -2.30, -1.75, -0.51, -2.92, 1.22),
    "shared": (1.06, 0.83, -0.94, -1.41, -0.54, -0.10),
    "numbers": (-0.29, -0.66, 0.53, -1.32, 0.00),
    "numbers_missing": (-0.09, -1.93, -1.36, -0.90),
    "rare_missing": (-0.03, 0.29, 0.78, -0.32, -1.41),
    "swaps": (1.17, 0.33, -3.36, -4.59, -4.66, -1.18),
    "name_swaps": (1.58, -4.24, -3.30, -5.33),
    "number_swaps": (-0.21, 0.00, 0.00),
    "same_outlet": (-0.06, -0.80),
    "hours": (-0.88, -0.08, 0.51, -2.22),
}
COPY_BIAS: Final = -0.32

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (-0.55, 0.96, -0.69, 1.35, -0.87, 0.17, -0.87, 1.87),
    "large": (-4.60, -2.04, 0.98, 0.22, 0.43, 1.28, 1.58, 1.22),
    "runs_small": (0.52, -0.52, -0.21, -1.18, -0.13, 0.94, 0.13, 0.69),
    "runs_large": (-0.20, 0.18, -1.46, 0.10, 0.94, -0.13, 0.99, 0.63),
    "title_most": (-0.37, 0.04, -1.43, 0.70, 1.23),
    "title_least": (-0.90, 0.01, 0.60, 0.21, 0.29),
    "titles": (0.67, -0.68, 0.03, -1.44, 0.51, 2.81),
    "bodies": (1.78, 0.08, -1.06, -0.49, -1.49, -0.63, 0.07),
    "shared": (0.19, -1.28, -0.26, -0.59, 1.53, 0.32),
    "numbers": (1.16, -1.28, -0.63, -0.77, 0.31),
    "numbers_missing": (-0.21, 3.23, 1.06, -1.26),
    "rare_missing": (0.92, 0.90, 1.25, 0.41, -0.84),
    "swaps": (0.18, 0.21, 0.52, -0.45, -1.50, -2.68),
    "name_swaps": (-0.00, 0.13, -2.00, 0.00),
    "number_swaps": (0.57, -2.91, -5.15),
    "same_outlet": (0.02, 0.40),
    "hours": (1.27, -1.74, -1.15, -4.79),
}
REPORT_BIAS: Final = 0.06
