"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.01, 0.02, 0.03, 0.04, 0.04, 0.05, 0.66),
    "large": (0.00, 0.01, 0.02, 0.03, 0.03, 0.04, 0.51, 1.20),
    "runs_small": (0.00, 0.01, 0.01, 0.01, 0.03, 0.62, 0.63, 0.64),
    "runs_large": (0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.61, 0.62),
    "pairs": (0.00, 0.02, 0.03, 0.05, 0.05, 0.06, 0.07),
    "title_most": (0.00, 0.25, 0.45, 1.44, 2.66),
    "title_least": (0.00, 0.01, 0.02, 0.04, 1.92),
    "titles": (0.00, 0.00, 0.02, 0.03, 0.05, 1.37),
    "body_runs": (0.00, 0.00, 0.00, 0.01, 0.01, 0.02, 0.03, 0.24),
    "bodies": (0.00, 0.01, 0.02, 0.03, 0.04, 0.05, 0.87),
    "shared": (0.00, 0.01, 0.01, 0.02, 0.05, 0.07),
    "numbers": (-0.20, -1.06, 0.17, -0.64, 0.00),
    "numbers_missing": (0.00, -0.64, -1.50, -2.93),
    "names": (0.25, 0.99, -0.16, -0.72, -1.73),
    "names_missing": (0.00, -1.01, -1.01, -3.11),
    "names_common": (0.00, 0.10, 0.10, 0.10, 0.11, 0.11),
    "numbers_common": (0.00, 0.36, 0.89, 0.90),
    "rare_missing": (0.00, -0.01, -0.02, -0.02, -1.18),
    "swaps": (0.00, -1.78, -3.86, -5.18, -5.67, -5.95),
    "title_swaps": (0.00, -1.50, -4.30, -5.65),
    "name_swaps": (0.00, -3.25, -5.32, -6.20),
    "number_swaps": (0.00, 0.00, 0.00),
}
COPY_BIAS: Final = -0.85

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.01, 0.01, 0.02, 0.02, 0.02, 0.03, 0.09),
    "large": (0.00, 0.01, 1.04, 1.35, 1.35, 1.46, 1.47, 1.86),
    "runs_small": (0.00, 0.00, 0.01, 0.01, 0.01, 0.02, 0.02, 0.03),
    "runs_large": (0.00, 0.00, 0.01, 0.01, 0.01, 0.02, 0.66, 1.04),
    "pairs": (0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.03),
    "title_most": (0.00, 0.49, 0.49, 0.50, 0.51),
    "title_least": (0.00, 0.70, 0.70, 0.71, 0.71),
    "titles": (0.00, 0.26, 0.27, 0.27, 0.28, 1.86),
    "body_runs": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01, 0.02),
    "bodies": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01),
    "shared": (0.00, 0.01, 0.01, 0.48, 2.23, 2.24),
    "numbers": (-0.08, -0.89, -1.33, -0.29, -0.54),
    "numbers_missing": (0.00, -0.27, -0.82, -1.28),
    "names": (0.66, 0.11, -1.01, -0.71, -2.00),
    "names_missing": (0.00, -0.87, -0.94, -2.30),
    "names_common": (0.00, 0.01, 0.02, 0.03, 0.03, 0.17),
    "numbers_common": (0.00, 0.01, 1.18, 1.40),
    "rare_missing": (0.00, -0.27, -0.28, -0.29, -1.18),
    "swaps": (0.00, -0.02, -0.02, -0.03, -1.71, -3.56),
    "title_swaps": (0.00, -0.00, -0.01, -0.91),
    "name_swaps": (0.00, -0.00, -1.08, -1.11),
    "number_swaps": (0.00, -3.77, -6.98),
}
REPORT_BIAS: Final = -0.93
