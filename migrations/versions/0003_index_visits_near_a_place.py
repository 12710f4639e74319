"""The index of visits by place holds all that dates ask of them, so that none of their rows is read."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    asked = ["outcode", "first_day", "trainer_id", "first_half", "half_days", "state"]
    op.create_index("ix_visits_near", "visits", asked)
    op.drop_index("ix_visits_outcode_first_day", "visits")


def downgrade() -> None:
    op.create_index("ix_visits_outcode_first_day", "visits", ["outcode", "first_day"])
    op.drop_index("ix_visits_near", "visits")
