# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of an engine as a compose project, without a compose file."""
