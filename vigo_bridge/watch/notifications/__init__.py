# SPDX-License-Identifier: GPL-3.0-or-later
"""``--notify``: which changes are announced, in which words, and how they are delivered."""
