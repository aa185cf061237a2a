# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the speed of vigo-bridge, Ansible's modules and pyinfra on the same hosts.

    work.py, machine.py    the desired state of a host, defined once for all tools
    ours.py, ansible_peer.py, pyinfra_peer.py
                           the input of each tool for this work, and the call that applies it
    hosts.py, controller.py
                           the SSH hosts with their engines; the settings that all tools have
    verify.py              compares the state of a host with the work
    measure.py             calls the tools in turn, measures the times, and verifies each call
    catalogue.py           the workloads on hosts
    own_cost.py            W7, W8 and W14, which need no hosts
    lost_requests.py       W10, which needs one engine
    host_cost.py           W11 and W12; processor_time.py counts for W11
    results.py             the results, in one JSON file for each workload
    targets.py, table.py, chart.py, page.py
                           write the results to docs/speed.md

Start with ``__main__.py``.
"""
