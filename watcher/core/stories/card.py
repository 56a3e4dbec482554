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
    "small": (0.00, 0.01, 0.01, 0.01, 0.01, 0.01, 0.02, 0.10),
    "large": (0.00, 0.01, 1.05, 1.37, 1.37, 1.53, 1.53, 1.92),
    "runs_small": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.02, 0.02),
    "runs_large": (0.00, 0.00, 0.01, 0.01, 0.02, 0.02, 0.65, 1.02),
    "pairs": (0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.03),
    "title_most": (0.00, 0.54, 0.55, 0.55, 0.56),
    "title_least": (0.00, 0.65, 0.65, 0.65, 0.66),
    "titles": (0.00, 0.26, 0.27, 0.27, 0.27, 1.92),
    "body_runs": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01, 0.02),
    "bodies": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01),
    "shared": (0.00, 0.01, 0.01, 0.49, 2.28, 2.28),
    "numbers": (-0.22, -1.11, -1.48, -0.68, -0.80),
    "numbers_missing": (0.00, -0.16, -0.60, -1.10),
    "names": (0.63, 0.04, -1.08, -0.72, -2.10),
    "names_missing": (0.00, -0.87, -0.96, -2.34),
    "names_common": (0.00, 0.01, 0.02, 0.03, 0.03, 0.22),
    "numbers_common": (0.00, 0.01, 1.23, 1.54),
    "rare_missing": (0.00, -0.27, -0.28, -0.29, -1.17),
    "swaps": (0.00, -0.01, -0.02, -0.13, -2.08, -3.91),
    "title_swaps": (0.00, -0.00, -0.01, -1.03),
    "name_swaps": (0.00, -0.00, -1.01, -1.03),
    "number_swaps": (0.00, -3.67, -6.95),
}
REPORT_BIAS: Final = -0.78
