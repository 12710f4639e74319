"""Enquiries as staff work on them: the pipeline, one page each, what somebody said on the phone."""
