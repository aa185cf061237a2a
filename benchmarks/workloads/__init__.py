# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast vigo-bridge is beside Ansible's own modules and pyinfra, on the same hosts.

    work.py, machine.py    what must be true on a host, said once
    ours.py, ansible_peer.py, pyinfra_peer.py
                           the same work as the input of each tool, and the call that applies it
    hosts.py, controller.py
                           SSH hosts with an engine each; what all tools get alike
    verify.py              what is true on a host, and what of it is not as the work says
    measure.py             calls in turns, by the clock, each of them verified
    catalogue.py           the workloads on hosts; own_cost.py has W7 and W8, without hosts, and
                           lost_requests.py W10, on one engine
    results.py             what was measured, one JSON file for each workload
    targets.py, table.py, chart.py, page.py
                           from the results to the page docs/speed.md

Start with ``__main__.py``.
"""
