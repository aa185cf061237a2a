# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests. A regular package, so that no dependency hides it with a package of this name."""
