"""`make bench`: every figure beside its target."""

import os
import platform

from bench import booking, dates, desk, diagnostic, pages, running

if __name__ == "__main__":
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.platform()}\n")
    for subject in (pages, running, booking, desk, dates, diagnostic):
        subject.report()
        print(flush=True)
