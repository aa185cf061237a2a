# SPDX-License-Identifier: GPL-3.0-or-later
"""Task style: a plan as an Ansible project of roles, as a person would have written it."""
