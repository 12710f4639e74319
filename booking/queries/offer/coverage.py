"""How well a county is covered: how many trainers, and how long the road is. Never who they are or where they live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from booking.db import db
from booking.domain.places import County
from booking.domain.travel import STARTING_TRAVEL
from booking.models import Trainer, TrainerCounty

ROUNDED_TO = 15  # minutes: too coarse to find anybody's home by

TOWNS: Mapping[County, Sequence[tuple[str, str]]] = {
    County.CORNWALL: (
        ("Bodmin", "PL31"),
        ("Bude", "EX23"),
        ("Falmouth", "TR11"),
        ("Launceston", "PL15"),
        ("Newquay", "TR7"),
        ("Penzance", "TR18"),
        ("St Austell", "PL25"),
        ("Truro", "TR1"),
    ),
    County.DEVON: (
        ("Barnstaple", "EX31"),
        ("Exeter", "EX1"),
        ("Honiton", "EX14"),
        ("Okehampton", "EX20"),
        ("Plymouth", "PL1"),
        ("Tiverton", "EX16"),
        ("Torquay", "TQ1"),
        ("Totnes", "TQ9"),
    ),
    County.DORSET: (
        ("Blandford Forum", "DT11"),
        ("Bournemouth", "BH2"),
        ("Bridport", "DT6"),
        ("Dorchester", "DT1"),
        ("Poole", "BH15"),
        ("Sherborne", "DT9"),
        ("Swanage", "BH19"),
        ("Weymouth", "DT4"),
    ),
    County.SOMERSET: (
        ("Bridgwater", "TA6"),
        ("Frome", "BA11"),
        ("Glastonbury", "BA6"),
        ("Minehead", "TA24"),
        ("Taunton", "TA1"),
        ("Wells", "BA5"),
        ("Weston-super-Mare", "BS23"),
        ("Yeovil", "BA20"),
    ),
}

_HOMES = (
    select(Trainer.home_outcode)
    .join(TrainerCounty, TrainerCounty.trainer_id == Trainer.id)
    .where(Trainer.is_active, TrainerCounty.county == bindparam("county"))
    .order_by(Trainer.id)
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The trainers who come to a county, and the minutes within which the nearest of them reaches each of its towns."""

    trainers: int
    towns: tuple[str, ...]
    within_minutes: int | None  # None: nobody comes


def coverage(county: County) -> Coverage:
    """How a county is covered by the trainers who work now. One statement."""
    homes = db.session.scalars(_HOMES, {"county": county}).all()
    towns = TOWNS[county]
    nearest = [min((STARTING_TRAVEL.minutes(home, code) or 0 for home in homes), default=0) for _, code in towns]
    within = -(-max(nearest) // ROUNDED_TO) * ROUNDED_TO if homes else None
    return Coverage(len(homes), tuple(name for name, _ in towns), within)
