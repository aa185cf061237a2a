# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls Ansible: settings, passwords, environment, inventory and programs."""
