# SPDX-License-Identifier: GPL-3.0-or-later
"""Task style: writes a plan as an Ansible project of readable roles."""
