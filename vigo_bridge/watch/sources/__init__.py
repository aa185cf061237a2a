# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the stack comes from: a folder or a Git repository, and its last version without errors."""
