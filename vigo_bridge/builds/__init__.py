# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the images of a stack with the docker program, and pins them in the stack's files."""
