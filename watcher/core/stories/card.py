"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.35, 0.36, 0.37, 0.48, 0.49, 0.49, 0.81),
    "large": (0.00, 0.01, 0.02, 0.02, 0.03, 0.07, 0.39, 1.04),
    "runs_small": (0.00, 0.01, 0.02, 0.52, 0.76, 1.25, 1.25, 1.26),
    "runs_large": (0.00, 0.01, 0.01, 0.03, 0.04, 0.45, 0.89, 0.89),
    "pairs": (0.00, 0.01, 0.02, 0.04, 0.13, 0.14, 0.47),
    "title_most": (0.00, 0.02, 0.03, 1.00, 2.35),
    "title_least": (0.00, 0.01, 0.02, 0.03, 1.49),
    "titles": (0.00, 0.01, 0.11, 0.13, 0.40, 1.64),
    "body_runs": (0.00, 0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.18),
    "bodies": (0.00, 0.01, 0.01, 0.02, 0.45, 0.69, 1.77),
    "shared": (0.00, 0.00, 0.01, 0.01, 0.02, 0.02),
    "numbers": (-0.73, -1.37, -0.44, -1.42, 0.00),
    "numbers_missing": (0.00, -1.42, -2.16, -3.19),
    "names": (0.71, 0.25, -0.80, -1.12, -2.02),
    "names_missing": (0.00, -1.24, -1.25, -3.33),
    "names_common": (0.00, 0.01, 0.01, 0.01, 0.01, 0.02),
    "numbers_common": (0.00, 0.21, 0.25, 0.25),
    "rare_missing": (0.00, -0.29, -0.51, -0.74, -1.79),
    "swaps": (0.00, -1.91, -4.20, -4.99, -5.44, -5.70),
    "title_swaps": (0.00, -1.76, -4.25, -5.66),
    "name_swaps": (0.00, -2.40, -4.74, -5.65),
    "number_swaps": (0.00, 0.00, 0.00),
}
COPY_BIAS: Final = -1.50

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.01, 0.01, 0.01, 0.01, 0.02, 0.02, 0.26),
    "large": (0.00, 0.01, 1.09, 1.42, 1.42, 1.47, 1.47, 1.48),
    "runs_small": (0.00, 0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.02),
    "runs_large": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.03, 0.03),
    "pairs": (0.00, 0.01, 0.01, 0.02, 0.02, 0.03, 0.03),
    "title_most": (0.00, 0.56, 0.56, 0.57, 0.58),
    "title_least": (0.00, 0.62, 0.62, 0.63, 0.63),
    "titles": (0.00, 0.24, 0.25, 0.26, 0.26, 2.11),
    "body_runs": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01),
    "bodies": (0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01),
    "shared": (0.00, 0.01, 0.01, 0.47, 2.19, 2.19),
    "numbers": (-0.13, -1.17, -1.46, -0.34, -0.58),
    "numbers_missing": (0.00, -0.31, -0.82, -1.21),
    "names": (0.61, -0.18, -1.15, -0.82, -2.68),
    "names_missing": (0.00, -0.92, -0.97, -2.39),
    "names_common": (0.00, 0.01, 0.02, 0.03, 0.03, 0.29),
    "numbers_common": (0.00, 0.01, 1.52, 1.70),
    "rare_missing": (0.00, -0.27, -0.28, -0.28, -1.12),
    "swaps": (0.00, -0.01, -0.02, -0.09, -2.09, -3.84),
    "title_swaps": (0.00, -0.00, -2.20, -3.69),
    "name_swaps": (0.00, -0.00, -0.97, -1.00),
    "number_swaps": (0.00, -3.65, -6.45),
}
REPORT_BIAS: Final = -0.79
