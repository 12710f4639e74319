"""Rules of the trainers on the road: their days off, and what they were told of a week."""
