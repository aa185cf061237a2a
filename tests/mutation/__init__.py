# SPDX-License-Identifier: GPL-3.0-or-later
"""Count which small faults in our code the everyday unit tests notice, with mutmut."""
