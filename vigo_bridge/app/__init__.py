# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out each command, without click: calls the other packages, and handles failures."""
