# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches a fleet: the state of each host over its turns, and what people see of it."""
