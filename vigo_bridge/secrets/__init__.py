# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets on the controller: a stack's stores, look-up and vault files, and passing them to a
run.
"""
