# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a plan as a repository from which hosts converge themselves with ansible-pull."""
