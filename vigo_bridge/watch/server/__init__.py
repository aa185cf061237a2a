# SPDX-License-Identifier: GPL-3.0-or-later
"""``--listen``: the metrics, the pages and the state of the fleet."""
