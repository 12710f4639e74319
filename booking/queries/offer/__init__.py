"""What is on offer where and when, for the pages that anybody may read."""
