# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible as we call it: settings, passwords, environment, inventory and programs."""
