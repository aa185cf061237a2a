# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches commits of a repository with the git program, and reads them as data."""
