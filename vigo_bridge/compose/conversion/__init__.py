# SPDX-License-Identifier: GPL-3.0-or-later
"""From the model of a project to the content of a stack."""
