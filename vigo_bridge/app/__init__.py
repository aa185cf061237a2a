# SPDX-License-Identifier: GPL-3.0-or-later
"""What each command does, without click: the rooms called in turn, and how a call fails."""
