# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of hosts and of the fleet, how they follow from results, and what changed."""
