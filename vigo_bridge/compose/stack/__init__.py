# SPDX-License-Identifier: GPL-3.0-or-later
"""The stack that an import writes: its content, the texts of its files, its match entry."""
