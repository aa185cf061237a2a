# SPDX-License-Identifier: GPL-3.0-or-later
"""From compose files to one project: finds, reads, fills in variables, merges."""
