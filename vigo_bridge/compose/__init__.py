# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts a docker-compose.yml, read as compose reads it, to the readable files of a stack."""
