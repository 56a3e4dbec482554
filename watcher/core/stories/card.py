"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.01, 0.02, 0.03, 0.04, 0.04, 0.05, 0.67),
    "large": (0.00, 0.01, 0.03, 0.03, 0.04, 0.05, 0.50, 1.31),
    "runs_small": (0.00, 0.01, 0.01, 0.01, 0.03, 0.61, 0.62, 0.63),
    "runs_large": (0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.60, 0.61),
    "pairs": (0.00, 0.02, 0.03, 0.05, 0.05, 0.06, 0.07),
    "title_most": (0.00, 0.25, 0.44, 1.39, 2.62),
    "title_least": (0.00, 0.01, 0.02, 0.14, 1.98),
    "titles": (0.00, 0.00, 0.02, 0.02, 0.04, 1.33),
    "body_runs": (0.00, 0.00, 0.00, 0.01, 0.01, 0.02, 0.03, 0.24),
    "bodies": (0.00, 0.01, 0.02, 0.03, 0.04, 0.05, 0.88),
    "shared": (0.00, 0.01, 0.01, 0.02, 0.06, 0.12),
    "numbers": (-0.20, -1.08, 0.16, -0.63, 0.00),
    "numbers_missing": (0.00, -0.63, -1.47, -2.91),
    "names": (0.23, 0.95, -0.15, -0.71, -1.73),
    "names_missing": (0.00, -1.00, -1.00, -3.10),
    "names_common": (0.00, 0.10, 0.10, 0.10, 0.11, 0.11),
    "numbers_common": (0.00, 0.35, 0.88, 0.89),
    "rare_missing": (0.00, -0.01, -0.02, -0.02, -1.17),
    "swaps": (0.00, -1.80, -3.87, -5.19, -5.67, -5.95),
    "title_swaps": (0.00, -1.50, -4.32, -5.67),
    "name_swaps": (0.00, -3.24, -5.30, -6.20),
    "number_swaps": (0.00, 0.00, 0.00),
}
COPY_BIAS: Final = -0.86

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.00, 0.01, 0.01, 0.01, 0.02, 0.02, 0.07),
    "large": (0.00, 0.01, 1.07, 1.34, 1.35, 1.46, 1.61, 2.01),
    "runs_small": (0.00, 0.00, 0.01, 0.01, 0.01, 0.02, 0.02, 0.03),
    "runs_large": (0.00, 0.00, 0.01, 0.01, 0.02, 0.02, 0.60, 0.98),
    "pairs": (0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.03),
    "title_most": (0.00, 0.64, 0.65, 0.66, 0.66),
    "title_least": (0.00, 0.67, 0.67, 0.68, 0.68),
    "titles": (0.00, 0.25, 0.27, 0.27, 0.27, 1.94),
    "body_runs": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01, 0.02),
    "bodies": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01),
    "shared": (0.00, 0.01, 0.01, 0.55, 2.11, 2.12),
    "numbers": (-0.15, -1.24, -1.51, -0.45, -0.57),
    "numbers_missing": (0.00, -0.23, -0.67, -1.18),
    "names": (0.50, 0.00, -1.24, -0.78, -2.49),
    "names_missing": (0.00, -0.89, -0.99, -2.28),
    "names_common": (0.00, 0.01, 0.02, 0.03, 0.04, 0.19),
    "numbers_common": (0.00, 0.01, 1.35, 1.58),
    "rare_missing": (0.00, -0.31, -0.32, -0.33, -1.12),
    "swaps": (0.00, -0.01, -0.01, -0.03, -2.18, -3.89),
    "title_swaps": (0.00, -0.00, -0.00, -1.26),
    "name_swaps": (0.00, -0.00, -0.00, -0.11),
    "number_swaps": (0.00, -3.80, -7.27),
}
REPORT_BIAS: Final = -0.71
