# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the action plugin and the module agree on when a host pulls its images.

If the number of hosts that pull at the same time is limited, the action plugin makes up to three
calls. The first one applies everything if no image has to be pulled; otherwise it changes nothing,
and its result has `PULLS`. The second one, at the host's turn, only pulls, and its result has
`PULLS`, too. The last one gets this result, applies everything, and does not pull again.
"""

from __future__ import annotations

#: The argument, and the key of results.
PULLS = "_pulls"
#: The key in both that says what is to be done, or was done.
STEP = "step"
ASK = "ask"
PULL = "pull"
APPLY = "apply"
#: In both: the pulls that were made, by type of resource.
DONE = "done"
#: In results: whether images may be pulled while resources are applied.
LATER = "later"
ADDED = (PULLS,)
