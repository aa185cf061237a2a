# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs parts of a rollout on other controllers, the nodes of a mesh."""
