# SPDX-License-Identifier: GPL-3.0-or-later
"""From a docker-compose.yml to a stack: read as compose reads it, written as a person would."""
