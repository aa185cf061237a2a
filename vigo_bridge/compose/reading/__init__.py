# SPDX-License-Identifier: GPL-3.0-or-later
"""From a loaded project to a model: one reader for each key of the specification."""
