# SPDX-License-Identifier: GPL-3.0-or-later
"""What each command does, without click: calls the packages in turn, and handles failures."""
