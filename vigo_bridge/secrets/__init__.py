# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets on the controller: a stack's stores, look-up, vault files, handing them to a run."""
