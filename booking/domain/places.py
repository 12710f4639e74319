"""Where we go: counties, outcodes with their positions, postcodes as people type them."""

from enum import StrEnum


class County(StrEnum):
    """The four counties served."""

    CORNWALL = "cornwall"
    DEVON = "devon"
    DORSET = "dorset"
    SOMERSET = "somerset"
