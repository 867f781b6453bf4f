#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""README carries the figures of the last report, and REPORT.md is that of REPORT.json."""
import json
import pathlib

import bench

here = pathlib.Path(__file__).resolve().parent
report = json.loads((here / "REPORT.json").read_text())
readme = (here.parents[1] / "README.md").read_text()
assert readme.count(bench.README_BEGIN) == 1 and readme.count(bench.README_END) == 1
assert bench.with_figures(readme, report) == readme, "README.md has other figures than REPORT.json"
assert bench.page(report) == (here / "REPORT.md").read_text(), "REPORT.md is not of REPORT.json"
