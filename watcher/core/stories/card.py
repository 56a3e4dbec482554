"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COPY: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.71, 0.72, 0.74, 0.76, 0.77, 0.78, 0.90),
    "large": (0.00, 0.01, 0.14, 0.15, 0.16, 0.75, 1.53, 2.44),
    "runs_small": (0.00, 0.08, 0.34, 0.78, 0.80, 1.01, 1.02, 1.03),
    "runs_large": (0.00, 0.01, 0.12, 0.46, 0.47, 0.99, 1.32, 1.33),
    "title_most": (0.00, 0.03, 0.24, 0.82, 2.41),
    "title_least": (0.00, 0.01, 0.02, 0.03, 1.46),
    "titles": (0.00, 0.01, 0.24, 0.25, 0.34, 2.14),
    "bodies": (0.00, 0.01, 0.02, 0.03, 0.34, 0.37, 0.96),
    "shared": (0.00, 0.01, 0.01, 0.02, 0.02, 0.20),
    "numbers": (-0.69, -1.26, 0.29, -1.03, 0.00),
    "numbers_missing": (0.00, -1.03, -2.12, -2.95),
    "names": (0.40, 1.05, -0.24, -1.27, -0.07),
    "names_missing": (0.00, -1.10, -1.53, -2.40),
    "rare_missing": (0.00, -0.16, -0.16, -0.99, -2.14),
    "swaps": (0.00, -1.44, -4.38, -6.06, -7.13, -7.21),
    "name_swaps": (0.00, -2.80, -4.56, -5.80),
    "number_swaps": (0.00, 0.00, 0.00),
    "same_outlet": (-0.25, -2.19),
    "hours": (0.00, -0.00, -0.01, -2.31),
}
COPY_BIAS: Final = -1.08

REPORT: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.00, 0.65, 0.65, 0.67, 0.67, 0.73, 0.74, 3.03),
    "large": (0.00, 0.27, 1.46, 1.51, 1.52, 1.53, 1.83, 2.14),
    "runs_small": (0.00, 0.00, 0.01, 0.02, 0.18, 0.54, 0.55, 0.78),
    "runs_large": (0.00, 0.01, 0.01, 0.23, 0.29, 0.30, 0.86, 0.86),
    "title_most": (0.00, 0.01, 0.02, 0.12, 0.29),
    "title_least": (0.00, 0.44, 0.45, 0.45, 0.46),
    "titles": (0.00, 0.01, 0.02, 0.02, 1.04, 2.65),
    "bodies": (0.00, 0.01, 0.01, 0.02, 0.03, 0.04, 0.52),
    "shared": (0.00, 0.01, 0.02, 0.02, 0.29, 0.30),
    "numbers": (1.36, -0.98, -0.69, 0.02, 0.31),
    "numbers_missing": (0.00, -0.01, -0.16, -0.56),
    "names": (0.08, 0.69, -0.19, 0.14, -2.92),
    "names_missing": (0.00, -0.07, -0.88, -2.19),
    "rare_missing": (0.00, -0.08, -0.09, -0.11, -1.13),
    "swaps": (0.00, -0.03, -0.08, -0.92, -2.71, -4.37),
    "name_swaps": (0.00, -0.00, -1.12, -1.12),
    "number_swaps": (0.00, -3.00, -5.86),
    "same_outlet": (0.06, 0.54),
    "hours": (0.00, -2.95, -3.25, -6.44),
}
REPORT_BIAS: Final = 0.12
