"""One index with all that staff's pages count and order enquiries by, in place of two."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_enquiries_desk", "enquiries", ["state", "answered_at", "suspicion", "next_on", "due_at"])
    op.drop_index("ix_enquiries_state_due_at", "enquiries")
    op.drop_index("ix_enquiries_state_next_on", "enquiries")


def downgrade() -> None:
    op.create_index("ix_enquiries_state_next_on", "enquiries", ["state", "next_on"])
    op.create_index("ix_enquiries_state_due_at", "enquiries", ["state", "due_at"])
    op.drop_index("ix_enquiries_desk", "enquiries")
